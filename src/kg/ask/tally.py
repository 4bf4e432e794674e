"""How many segments, companies and products a part of a chain has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from kg.ask.chain import Chain, SegmentCell
from kg.terms import Text


class Tally(NamedTuple):
    """The number of different segments, companies (institutes included) and products."""

    segments: int
    companies: int
    products: int

    @property
    def words(self) -> Text:
        """The numbers in words, without those that are 0; empty if all are."""
        return _joined(
            [
                _number(self.segments, "个环节", "segment", "segments"),
                _number(self.companies, "家企业与机构", "company or institute", "companies and institutes"),
                _number(self.products, "项产品", "product", "products"),
            ]
        )


def tally(cells: Iterable[SegmentCell]) -> Tally:
    """The numbers for these segments and their sub-segments; what is in two of them counts once."""
    every = [inner for cell in cells for inner in cell]
    return Tally(
        len({cell.iri for cell in every}),
        len({company.iri for cell in every for company in cell.companies}),
        len({product.iri for cell in every for product in cell.products}),
    )


def whole(chain: Chain) -> Tally:
    """The numbers for a whole chain; the companies and institutes without a segment count too."""
    inside = {company.iri for cell in chain.cells for company in cell.companies}
    outside = {thing.iri for group in chain.outside for thing in group.things}
    return tally(chain.cells)._replace(companies=len(inside | outside))


def _number(number: int, zh: str, one: str, several: str) -> Text | None:
    return Text(f"{number} {zh}", f"{number} {one if number == 1 else several}") if number else None


def _joined(parts: Iterable[Text | None]) -> Text:
    kept = [part for part in parts if part]
    return Text(" · ".join(part.zh for part in kept), " · ".join(part.en for part in kept))
