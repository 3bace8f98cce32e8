skywright_embed(${target} ${module} FILES data/stars/bright_stars.bin data/dust/sfd_galactic.bin)
