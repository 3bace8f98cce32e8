skywright_embed(${target} ${module} FILES
  data/strategies/lsst-baseline.toml
  data/strategies/small-transient-survey.toml
  data/strategies/gmt-queue.toml)
