! The light curve of a transient: rises as t^2, fades exponentially, redder as it cools.
!
!     gfortran -O2 -shared -fPIC -o light_curve.so light_curve.f90
!
! Each object has a peak of its own, drawn from its first two lots.
module fast_transient
  use, intrinsic :: iso_c_binding
  use, intrinsic :: ieee_arithmetic
  implicit none
  character(len=*), parameter :: nl = new_line('a')
  character(len=*), parameter :: description = &
    'interface 1' // nl // &
    'kind light_curve' // nl // &
    'name fast_transient' // nl // &
    'version 1.0' // nl // &
    'parameter peak mag -17.5 absolute AB magnitude at the peak, at 622 nm' // nl // &
    'parameter scatter mag 0.5 standard deviation of the peak' // nl // &
    'parameter rise day 2.0 from nothing to the peak, at rest' // nl // &
    'parameter fade day 6.0 e-folding time of the light after the peak, at rest' // nl // &
    'parameter cooling mag/day 0.03 what 372 nm fades more than 975 nm, at rest' // nl // &
    'reentrant' // nl

contains

  function describe(room, text) bind(c, name='skywright_describe') result(length)
    integer(c_int32_t), intent(in) :: room
    character(kind=c_char), intent(out) :: text(room)
    integer(c_int32_t) :: length
    length = len(description)
    text(:length) = transfer(description, text(:length))
  end function

  function light_curve(count, parameters, parameter_, time, wavelength, redshift, base, lot, magnitude, room, message) &
      bind(c, name='skywright_light_curve') result(status)
    integer(c_int32_t), intent(in) :: count, parameters, room
    real(c_double), intent(in) :: parameter_(parameters), time(count), wavelength(count), redshift(count)
    real(c_double), intent(in) :: base(count), lot(4, count)
    real(c_double), intent(out) :: magnitude(count)
    character(kind=c_char), intent(out) :: message(room)
    integer(c_int32_t) :: status
    real(c_double), parameter :: pi = acos(-1d0)
    real(c_double) :: rest, light, normal, colour
    integer :: i

    message(1) = c_null_char
    do i = 1, count
      rest = time(i) / (1 + redshift(i))  ! days from the beginning, by the object's own clock
      if (rest <= 0) then
        magnitude(i) = ieee_value(0d0, ieee_positive_inf)  ! no light yet
        cycle
      end if
      associate (peak => parameter_(1), scatter => parameter_(2), rise => parameter_(3), fade => parameter_(4), &
                 cooling => parameter_(5))
        if (rest < rise) then
          light = (rest / rise)**2
        else
          light = exp(-(rest - rise) / fade)
        end if
        normal = sqrt(-2 * log(1 - lot(1, i))) * cos(2 * pi * lot(2, i))  ! Box and Muller
        colour = cooling * max(0d0, rest - rise) * (622 - wavelength(i) / (1 + redshift(i))) / 603
        magnitude(i) = base(i) + peak + scatter * normal - 2.5d0 * log10(light) + colour
      end associate
    end do
    status = 0
  end function
end module
