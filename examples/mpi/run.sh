#!/usr/bin/env bash
# The same analysis alone and by four ranks?   run.sh PROGRAM SURVEY OUT [PYTHON]
# SURVEY is that of examples/raw-to-alerts. PYTHON has Skywright's package and mpi4py.
set -euo pipefail
here=$(dirname "$(realpath "$0")") folder=$(dirname "$(realpath "$1")") survey=$(realpath "$2")
python=$(realpath -s "$(command -v "${4:-python3}")") # without following links: an environment's own
mkdir -p "$3"
cd "$3"
export PYTHONPATH=$folder/python${PYTHONPATH:+:$PYTHONPATH} # as it was built; nothing where it is installed
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
for way in alone four; do
  rm -rf $way && mkdir $way && cp -r "$survey" $way/survey
  (cd $way/survey && rm -rf visit difference alerts catalog prompt.sqlite registry.sqlite)
done
"$python" "$here/mpi_example.py" alone/survey alone/curves.csv
mpirun --oversubscribe -n 4 "$python" "$here/mpi_example.py" four/survey four/curves.csv
# To the byte, but for the databases, which are compared row by row elsewhere.
diff -r --exclude='*.sqlite*' --exclude=.writer.lock alone four && echo "the same"
