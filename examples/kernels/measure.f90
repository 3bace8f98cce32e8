! A measurement of each source: how concentrated its light is, under weights of one's own.
!
!     gfortran -O2 -shared -fPIC -o measure.so measure.f90
!
! Both fluxes are sums of pixel * weight over the pixels that may be used, with Gaussian weights of
! width `sigma` and `2 sigma`. Their ratio is 2 for a source that is much smaller than either weight
! and 4 for one that is much larger, once each is divided by the weight's own share of a point.
module concentration
  use, intrinsic :: iso_c_binding
  implicit none
  character(len=*), parameter :: nl = new_line('a')
  character(len=*), parameter :: description = &
    'interface 1' // nl // &
    'kind measure' // nl // &
    'name concentration' // nl // &
    'version 1.0' // nl // &
    'parameter sigma pixel 2.0 of the narrow weight; the wide one has twice as much' // nl // &
    'result narrowFlux flux flux under the narrow weight, corrected as for a point' // nl // &
    'result wideFlux flux flux under the wide weight, corrected as for a point' // nl // &
    'result concentration - wide over narrow flux: 1 for a point source, more for a galaxy' // nl // &
    'reentrant' // nl

contains

  function describe(room, text) bind(c, name='skywright_describe') result(length)
    integer(c_int32_t), intent(in) :: room
    character(kind=c_char), intent(out) :: text(room)
    integer(c_int32_t) :: length
    length = len(description)
    text(:length) = transfer(description, text(:length))
  end function

  function measure(side, count, parameters, results, parameter_, position, centre, pixels, variance, mask, psf, &
                   result_, room, message) bind(c, name='skywright_measure') result(status)
    integer(c_int32_t), intent(in) :: side, count, parameters, results, room
    real(c_double), intent(in) :: parameter_(parameters), position(2, count), centre(2, count)
    ! As in the image, x is the first index and zero the first pixel.
    real(c_float), intent(in) :: pixels(0:side-1, 0:side-1, count), variance(0:side-1, 0:side-1, count)
    integer(c_int32_t), intent(in) :: mask(0:side-1, 0:side-1, count)
    real(c_float), intent(in) :: psf(0:side-1, 0:side-1, count)
    real(c_double), intent(out) :: result_(results, count)
    character(kind=c_char), intent(out) :: message(room)
    integer(c_int32_t) :: status
    real(c_double) :: narrow, wide
    integer :: i

    status = 1
    if (.not. parameter_(1) > 0) then
      call say('sigma must be positive', message)
      return
    end if
    do i = 1, count
      narrow = weighted_flux(pixels(:, :, i), psf(:, :, i), mask(:, :, i), side, centre(:, i), parameter_(1))
      wide = weighted_flux(pixels(:, :, i), psf(:, :, i), mask(:, :, i), side, centre(:, i), 2 * parameter_(1))
      result_(:, i) = [narrow, wide, wide / narrow]
    end do
    status = 0
  end function

  ! Flux of the source under a Gaussian weight over that of a point source of flux 1.
  pure function weighted_flux(pixels, psf, mask, side, centre, sigma) result(flux)
    integer(c_int32_t), intent(in) :: side, mask(0:side-1, 0:side-1)
    real(c_float), intent(in) :: pixels(0:side-1, 0:side-1), psf(0:side-1, 0:side-1)
    real(c_double), intent(in) :: centre(2), sigma
    real(c_double) :: flux, weight, light, point
    integer :: x, y
    light = 0
    point = 0
    do y = 0, side - 1
      do x = 0, side - 1
        if (mask(x, y) /= 0) cycle
        weight = exp(-0.5d0 * ((x - centre(1))**2 + (y - centre(2))**2) / sigma**2)
        light = light + weight * pixels(x, y)
        point = point + weight * psf(x, y)
      end do
    end do
    flux = light / point
  end function

  subroutine say(text, message)
    character(len=*), intent(in) :: text
    character(kind=c_char), intent(inout) :: message(*)
    message(:len(text)) = transfer(text, message(:len(text)))
    message(len(text) + 1) = c_null_char
  end subroutine
end module
