skywright_embed(${target} ${module} FILES data/baselines/baseline_v2.0.toml)
