/// WCS as FITS cards; the one place where FITS's one-based pixels become zero-based.
#pragma once

#include <optional>

#include "skywright/header/header.h"
#include "skywright/wcs/wcs.h"

namespace skywright::io {

/// The celestial WCS of an image's header: TAN, TAN-SIP, TPV (and TAN with PV as SCAMP wrote it),
/// with CD, PC+CDELT or CROTA2, LONPOLE, and the axes in either order. FK5 and ICRS are taken as
/// ICRS (they differ by 25 mas at most). Empty where there is none at all (no CTYPE, or linear
/// ones). Look-up tables of distortion (CPDIS, D2IM) are not applied.
/// @throws InputError for a WCS that makes no sense (singular matrix, NaN, missing axis), a frame
///         that is neither ICRS nor FK5 of 2000, or a projection that is not one of these
std::optional<wcs::Wcs> wcs_from_header(const header::Header& header);

/// Set CTYPE, CRPIX, CRVAL, CD, CUNIT, RADESYS and the distortion's cards; other WCS cards are
/// erased.
void set_wcs(header::Header& header, const wcs::Wcs& wcs);

}  // namespace skywright::io
