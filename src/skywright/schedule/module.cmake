skywright_embed(${target} ${module} FILES
  data/strategies/lsst-baseline.toml
  data/strategies/lsst-baseline-2022.toml
  data/strategies/small-transient-survey.toml
  data/strategies/gmt-queue.toml)
