"""How many segments, companies, products and applications a part of a chain has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from kg.ask.chain import Chain, Cited, SegmentCell
from kg.terms import Text


class Tally(NamedTuple):
    """The number of different segments, companies (institutes included), products and applications."""

    segments: int
    companies: int
    products: int
    applications: int

    @property
    def words(self) -> Text:
        """The numbers in words, without those that are 0; empty if all are."""
        return _joined(
            [
                _number(self.segments, "个环节", "segment", "segments"),
                _number(self.companies, "家企业与机构", "company or institute", "companies and institutes"),
                _number(self.products, "项产品", "product", "products"),
                _number(self.applications, "个应用场景", "application", "applications"),
            ]
        )


def tally(cells: Iterable[SegmentCell], applications: Iterable[Cited] = ()) -> Tally:
    """The numbers for these segments, their sub-segments and further applications; what comes twice counts once."""
    every = [inner for cell in cells for inner in cell]
    return Tally(
        len({cell.iri for cell in every}),
        len({company.iri for cell in every for company in cell.companies}),
        len({product.iri for cell in every for product in cell.products}),
        len({thing.iri for thing in (*applications, *(one for cell in every for one in cell.applications))}),
    )


def whole(chain: Chain) -> Tally:
    """The numbers for a whole chain; companies, institutes and applications without a segment count too."""
    inside = {company.iri for cell in chain.cells for company in cell.companies}
    outside = {company.iri for company in (*chain.representatives, *chain.others)}
    applications = [*chain.applications, *(one for stage in chain.stages for one in stage.applications)]
    return tally(chain.cells, applications)._replace(companies=len(inside | outside))


def _number(number: int, zh: str, one: str, several: str) -> Text | None:
    return Text(f"{number} {zh}", f"{number} {one if number == 1 else several}") if number else None


def _joined(parts: Iterable[Text | None]) -> Text:
    kept = [part for part in parts if part]
    return Text(" · ".join(part.zh for part in kept), " · ".join(part.en for part in kept))
