! Skywright from Fortran by iso_c_binding:   ctypes_example OUT
!
! Finds stars, finds what changed, asks where Sirius and the Moon stand, and plans a night: the steps of
! ctypes_example.py, with the same results.
module skywright
  use, intrinsic :: iso_c_binding
  implicit none

  type, bind(c) :: sw_image
    integer(c_size_t) :: size
    integer(c_int64_t) :: width, height, stride
    type(c_ptr) :: pixels, variance, mask
  end type

  type, bind(c) :: sw_options
    integer(c_size_t) :: size
    integer(c_int32_t) :: jobs
    type(c_ptr) :: settings
    type(c_funptr) :: progress
    type(c_ptr) :: user
  end type

  type, bind(c) :: sw_site
    integer(c_size_t) :: size
    real(c_double) :: latitude_deg, longitude_deg, height_m
  end type

  interface
    function sw_abi_version() bind(c)
      import
      integer(c_int32_t) :: sw_abi_version
    end function
    function sw_message() bind(c)
      import
      type(c_ptr) :: sw_message
    end function
    function sw_detect(image, options, sources) bind(c)
      import
      type(sw_image), intent(in) :: image
      type(sw_options), intent(in) :: options
      type(c_ptr), intent(out) :: sources
      integer(c_int32_t) :: sw_detect
    end function
    function sw_subtract(science, reference, options, sources, difference, score) bind(c)
      import
      type(sw_image), intent(in) :: science, reference
      type(c_ptr), value :: options, difference, score
      type(c_ptr), intent(out) :: sources
      integer(c_int32_t) :: sw_subtract
    end function
    function sw_table_rows(table) bind(c)
      import
      type(c_ptr), value :: table
      integer(c_int64_t) :: sw_table_rows
    end function
    function sw_table_find(table, name) bind(c)
      import
      type(c_ptr), value :: table
      character(kind=c_char), intent(in) :: name(*)
      integer(c_int64_t) :: sw_table_find
    end function
    function sw_table_type(table, column) bind(c)
      import
      type(c_ptr), value :: table
      integer(c_int64_t), value :: column
      integer(c_int32_t) :: sw_table_type
    end function
    function sw_table_data(table, column) bind(c)
      import
      type(c_ptr), value :: table
      integer(c_int64_t), value :: column
      type(c_ptr) :: sw_table_data
    end function
    subroutine sw_table_free(table) bind(c)
      import
      type(c_ptr), value :: table
    end subroutine
    function sw_horizontal(site, mjd_tai, count, ra, dec, azimuth, altitude) bind(c)
      import
      type(sw_site), intent(in) :: site
      real(c_double), value :: mjd_tai
      integer(c_size_t), value :: count
      real(c_double), intent(in) :: ra(*), dec(*)
      real(c_double), intent(out) :: azimuth(*), altitude(*)
      integer(c_int32_t) :: sw_horizontal
    end function
    function sw_sun_moon(site, mjd_tai, ra, dec) bind(c)
      import
      type(sw_site), intent(in) :: site
      real(c_double), value :: mjd_tai
      real(c_double), intent(out) :: ra(2), dec(2)
      integer(c_int32_t) :: sw_sun_moon
    end function
    function sw_run(command, count, names, values, options, json) bind(c)
      import
      character(kind=c_char), intent(in) :: command(*)
      integer(c_size_t), value :: count
      type(c_ptr), intent(in) :: names(*), values(*)
      type(c_ptr), value :: options
      type(c_ptr), intent(out) :: json
      integer(c_int32_t) :: sw_run
    end function
    subroutine sw_text_free(text) bind(c)
      import
      type(c_ptr), value :: text
    end subroutine
  end interface

contains

  function text_of(pointer) result(text)
    type(c_ptr), intent(in) :: pointer
    character(len=:), allocatable :: text
    character(kind=c_char), pointer :: letters(:)
    integer :: i
    call c_f_pointer(pointer, letters, [100000])
    text = ''
    do i = 1, size(letters)
      if (letters(i) == c_null_char) exit
      text = text // letters(i)
    end do
  end function

  subroutine check(status)
    integer(c_int32_t), intent(in) :: status
    if (status == 0) return
    print '(2a)', 'skywright: ', text_of(sw_message())
    stop 1
  end subroutine

  ! Where a column's values lie; of this type (0: doubles, 1: floats), or the program ends.
  function address(table, name, type) result(values)
    type(c_ptr), intent(in) :: table
    character(len=*), intent(in) :: name
    integer(c_int32_t), intent(in) :: type
    type(c_ptr) :: values
    integer(c_int64_t) :: column
    column = sw_table_find(table, name // c_null_char)
    if (sw_table_type(table, column) /= type) stop 'a column has another type than was expected'
    values = sw_table_data(table, column)
  end function

  ! The table's own memory, for as long as the table lives.
  function doubles(table, name) result(values)
    type(c_ptr), intent(in) :: table
    character(len=*), intent(in) :: name
    real(c_double), pointer :: values(:)
    call c_f_pointer(address(table, name, 0), values, [sw_table_rows(table)])
  end function

  function floats(table, name) result(values)
    type(c_ptr), intent(in) :: table
    character(len=*), intent(in) :: name
    real(c_float), pointer :: values(:)
    call c_f_pointer(address(table, name, 1), values, [sw_table_rows(table)])
  end function
end module

program ctypes_example
  use skywright
  implicit none
  integer, parameter :: side = 256
  ! Fortran's first index runs fastest, as x does in an image.
  real(c_float), target :: new(side, side), old(side, side), difference(side, side)
  character(kind=c_char), target :: settings*24 = 'detection.threshold = 8' // c_null_char
  character(kind=c_char), target :: nights*9 = '--nights' // c_null_char, out*6 = '--out' // c_null_char
  character(kind=c_char), target :: one*2 = '1' // c_null_char, path*1024
  type(sw_options) :: options
  type(sw_site) :: site
  type(c_ptr) :: table, json
  real(c_double) :: azimuth(1), altitude(1), ra(2), dec(2)

  if (sw_abi_version() /= 1) stop 'this example is written for version 1 of the interface'
  call draw(new, 0.0d0, [1, 2, 3, 4, 5, 6, 7, 8, 9])
  call draw(old, 1.0d0, [1, 2, 3, 4, 6, 7, 8, 9])
  options = sw_options(c_sizeof(options), 1, c_loc(settings), c_null_funptr, c_null_ptr)

  call check(sw_detect(view(new), options, table))
  call tell('sources: ', table)
  call sw_table_free(table)

  call check(sw_subtract(view(new), view(old), c_null_ptr, table, c_loc(difference), c_null_ptr))
  call tell('changed: ', table)
  call sw_table_free(table)

  site = sw_site(c_sizeof(site), -30.2446d0, -70.7494d0, 2663.0d0)
  call check(sw_horizontal(site, 61368.25d0, 1_c_size_t, [101.2872d0], [-16.7161d0], azimuth, altitude))
  print '(a,f0.2,a,f0.2)', 'sirius: azimuth ', azimuth(1), ' altitude ', altitude(1)
  call check(sw_sun_moon(site, 61368.25d0, ra, dec))
  print '(a,f0.2,1x,f0.2)', 'moon: ', ra(2), dec(2)

  call get_command_argument(1, path)
  path = trim(path) // c_null_char
  call check(sw_run('plan' // c_null_char, 2_c_size_t, [c_loc(nights), c_loc(out)], [c_loc(one), c_loc(path)], &
                    c_null_ptr, json))
  print '(2a)', 'planned: ', merge('yes', 'no ', index(text_of(json), '"visits":0,') == 0)
  call sw_text_free(json)

contains

  ! A sky of 100 with noise that needs no random numbers, and stars of FWHM 3 pixels.
  subroutine draw(image, phase, stars)
    real(c_float), intent(out) :: image(side, side)
    real(c_double), intent(in) :: phase
    integer, intent(in) :: stars(:)
    real(c_double) :: wave, value, a, b
    integer :: x, y, k, i
    do y = 0, side - 1
      do x = 0, side - 1
        wave = sin(12.9898d0 * x + 78.233d0 * y + phase) * 43758.5453d0
        value = 100 + 20 * (wave - floor(wave, c_int64_t) - 0.5d0)
        do i = 1, size(stars)
          k = stars(i)
          a = 40.3d0 + 87.4d0 * mod(k - 1, 3)
          b = 41.6d0 + 86.3d0 * ((k - 1) / 3)
          value = value + 500 * k * exp(-((x - a)**2 + (y - b)**2) / (2 * 1.274d0**2))
        end do
        image(x + 1, y + 1) = real(value, c_float)
      end do
    end do
  end subroutine

  function view(image)
    real(c_float), target, intent(in) :: image(side, side)
    type(sw_image) :: view
    integer(c_int64_t), parameter :: n = side
    view = sw_image(c_sizeof(view), n, n, n, c_loc(image), c_null_ptr, c_null_ptr)
  end function

  subroutine tell(what, table)
    character(len=*), intent(in) :: what
    type(c_ptr), intent(in) :: table
    real(c_double), pointer :: x(:), y(:)
    real(c_float), pointer :: flux(:)
    integer :: i
    x => doubles(table, 'x')
    y => doubles(table, 'y')
    flux => floats(table, 'psfFlux')
    i = maxloc(abs(flux), 1)
    print '(a,i0,a,f0.1,1x,f0.1)', what, size(x), ' at ', x(i), y(i)
  end subroutine
end program
