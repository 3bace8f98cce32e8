/// Light curves of variable stars and active nuclei: pure functions of an object's stream and time.
#pragma once

#include "skywright/base/random_stream.h"
#include "skywright/sky/bands.h"

namespace skywright::sky {

/// Magnitudes fainter than the mean at an instant [MJD TAI], one a band.
/// Of variable stars one in four is like an RR Lyrae, half are eclipsing pairs, the rest pulsate
/// slowly; periods and amplitudes span those of OGLE's catalogs (Soszynski et al. 2014-2016, Acta
/// Astronomica 64-66).
/// @param random the object's stream, from its start: it decides kind, period, phase and amplitude
Magnitudes star_variation(RandomStream random, double mjd);

/// A damped random walk as a sum of sinusoids of its power spectrum with random phases: structure
/// function at infinity about 0.2 mag in r, time scale about 200 d (MacLeod et al. 2010, ApJ 721,
/// 1014).
Magnitudes nucleus_variation(RandomStream random, double mjd);

}  // namespace skywright::sky
