# Files that only other files name (throughputs, amplifiers) are embedded beside the instruments.
skywright_embed(${target} ${module} FILES
  data/instruments/lsst.toml
  data/instruments/lsst-2022.toml
  data/instruments/gmt.toml
  data/instruments/small-survey.toml
  data/instruments/lsst_throughput.csv
  data/instruments/lsst_amplifiers.csv)
