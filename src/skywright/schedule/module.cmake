skywright_embed(${target} ${module} FILES data/strategies/lsst-baseline.toml)
