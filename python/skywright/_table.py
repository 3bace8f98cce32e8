"""Tables of the core: their columns as arrays, and as the tables of others."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from . import _core
from ._arrays import PathLike, is_path
from .errors import InputError

if TYPE_CHECKING:
    import astropy.coordinates
    import astropy.table
    import pandas
    import polars
    import pyarrow

_ROWS_SHOWN = 10


class Table(Mapping[str, npt.NDArray[Any]]):
    """Columns of one length, each with a unit and a description.

    `table["x"]` is the core's own memory as an array; texts are copied. Libraries that speak the
    Arrow C data interface (pyarrow, polars, DuckDB, pandas 3) take it as it is.
    """

    def __init__(self, data: Any):
        """Of a path (.fits, .parquet, .csv), a table of astropy, pandas, polars or pyarrow, a
        structured array, or a mapping of names to columns."""
        if isinstance(data, Table):
            self._core = data._core
        elif isinstance(data, _core.Table):
            self._core = data
        elif is_path(data):
            self._core = _core.read_table(str(data))
        else:
            self._core = _core_table(data)
        columns = self._core.columns()
        self._index = {name: i for i, (name, _, _) in enumerate(columns)}
        self.units: dict[str, str] = {name: unit for name, unit, _ in columns}
        self.descriptions: dict[str, str] = {name: text for name, _, text in columns}

    @property
    def colnames(self) -> list[str]:
        return list(self._index)

    @property
    def meta(self) -> dict[str, str]:
        """Facts about the whole table."""
        return self._core.metadata

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        values = self._core.values(self._index[name])
        return np.array(values, dtype=str) if isinstance(values, list) else values

    def __iter__(self) -> Iterator[str]:
        return iter(self._index)

    def __len__(self) -> int:
        """Rows."""
        return self._core.rows

    def __contains__(self, name: object) -> bool:
        return name in self._index

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return self is other

    def __bool__(self) -> bool:
        return len(self) > 0

    @property
    def coordinates(self) -> astropy.coordinates.SkyCoord:
        """ra and dec."""
        from astropy.coordinates import SkyCoord

        if "ra" not in self or "dec" not in self:
            raise InputError("ra and dec: the table has no such columns; give the image a WCS")
        return SkyCoord(self["ra"], self["dec"], unit="deg", frame="icrs")

    def write(self, path: PathLike) -> None:
        """Into .fits, .parquet or .csv, whole or not at all."""
        self._core.write(str(path))

    def to_astropy(self, *, quantities: bool = True) -> astropy.table.Table:
        """A QTable, or a Table whose columns name their units; numbers are not copied."""
        from astropy.table import Column, QTable, Table as AstropyTable
        from astropy.units import Quantity, Unit

        columns: dict[str, Any] = {}
        for name in self:
            values = self[name]
            unit = Unit(self.units[name], parse_strict="silent") if self.units[name] else None
            if quantities and unit is not None and type(unit).__name__ != "UnrecognizedUnit":
                columns[name] = Quantity(values, unit, copy=False)
            else:
                columns[name] = Column(values, unit=unit, copy=False)
        out = (QTable if quantities else AstropyTable)(columns, copy=False, meta=self.meta)
        for name, text in self.descriptions.items():
            out[name].info.description = text
        return out

    def to_pandas(self) -> pandas.DataFrame:
        import pandas

        return pandas.DataFrame({name: self[name] for name in self}, copy=False)

    def to_polars(self) -> polars.DataFrame:
        import polars

        return polars.DataFrame(self.to_arrow())

    def to_arrow(self) -> pyarrow.Table:
        import pyarrow

        return pyarrow.RecordBatchReader.from_stream(self).read_all()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._core.arrow_stream()

    def __repr__(self) -> str:
        return f"<skywright.{type(self).__name__} of {len(self)} rows: {' '.join(self)}>"

    def _repr_html_(self) -> str:
        head = "".join(
            f"<th title='{html.escape(self.descriptions[n], quote=True)}'>{html.escape(n)}"
            f"<br><small>{html.escape(self.units[n])}</small></th>"
            for n in self
        )
        arrays = [self[n][:_ROWS_SHOWN] for n in self]
        rows = "".join(
            "<tr>" + "".join(f"<td>{html.escape(_cell(a[i]))}</td>" for a in arrays) + "</tr>"
            for i in range(min(len(self), _ROWS_SHOWN))
        )
        more = f"<p>{len(self):,} rows, {len(self._index)} columns</p>"
        return f"<div style='overflow-x:auto'><table><tr>{head}</tr>{rows}</table></div>{more}"


def _cell(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, (float, np.floating)) else str(value)


def _core_table(data: Any) -> _core.Table:
    meta: dict[str, str] = {}
    if hasattr(data, "to_pydict") and hasattr(data, "column_names"):  # pyarrow
        source = {name: data.column(name).to_numpy() for name in data.column_names}
    elif hasattr(data, "colnames"):  # astropy
        meta = {str(k): str(v) for k, v in data.meta.items() if isinstance(v, (str, int, float))}
        source = {name: data[name] for name in data.colnames}
    elif getattr(getattr(data, "dtype", None), "names", None):
        source = {name: data[name] for name in data.dtype.names}
    elif hasattr(data, "columns") and hasattr(data, "to_numpy"):  # pandas, polars
        source = {str(name): data[name].to_numpy() for name in data.columns}
    elif isinstance(data, Mapping):
        source = {str(name): values for name, values in data.items()}
    else:
        raise InputError(
            f"table: a {type(data).__name__} is none; give a path, a mapping of columns, or a table of "
            "astropy, pandas, polars or pyarrow"
        )
    return _core.table_from([_column(name, values) for name, values in source.items()], meta)


def _column(name: str, values: Any) -> tuple[str, str, str, Any]:
    unit = getattr(values, "unit", None)
    info = getattr(values, "info", None)
    description = getattr(info, "description", None) or getattr(values, "description", None) or ""
    mask = getattr(values, "mask", None)
    array = np.asarray(getattr(values, "value", values))
    if array.ndim != 1:
        raise InputError(f"column {name}: it has {array.ndim} axes and not 1; give one value a row")
    if mask is not None and np.any(mask):
        array = np.where(mask, np.nan if array.dtype.kind in "fiu" else array.dtype.type(), array)
    return name, _unit_text(unit), str(description), _core_values(name, array)


def _unit_text(unit: Any) -> str:
    if unit is None:
        return ""
    try:
        return unit.to_string("fits") if hasattr(unit, "to_string") else str(unit)
    except ValueError:  # a unit that FITS has no word for
        return str(unit)


def _core_values(name: str, array: npt.NDArray[Any]) -> Any:
    kind, size = array.dtype.kind, array.itemsize
    if kind == "b":
        return np.ascontiguousarray(array)
    if kind == "f":
        return np.ascontiguousarray(array, dtype=np.float32 if size <= 4 else np.float64)
    if kind == "i" or kind == "u" and size < 8:
        small = size < 4 or size == 4 and kind == "i"
        return np.ascontiguousarray(array, dtype=np.int32 if small else np.int64)
    if kind == "u" and (array.size == 0 or int(array.max()) <= np.iinfo(np.int64).max):
        return np.ascontiguousarray(array, dtype=np.int64)
    if kind == "S":
        return [v.decode("utf-8", "backslashreplace") for v in array.tolist()]
    if kind == "U" or kind == "O" and all(isinstance(v, str) for v in array):
        return array.tolist()
    raise InputError(f"column {name}: its values are {array.dtype}; give real or whole numbers, bool or str")
