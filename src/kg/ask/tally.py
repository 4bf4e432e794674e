"""How many segments, companies, products and applications a part of a chain has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from kg.ask.chain import Chain, Cited, SegmentCell
from kg.ask.names import Names
from kg.terms import Text

_COMPANY: Final = Text("企业与机构", "company or institute")
_COMPANIES: Final = Text("企业与机构", "companies and institutes")


class Tally(NamedTuple):
    """The number of different segments, companies (institutes included), products and applications."""

    segments: int
    companies: int
    products: int
    applications: int

    def words(self, names: Names) -> Text:
        """The numbers in words, without those that are 0; empty if all are."""
        companies = _COMPANY if self.companies == 1 else _COMPANIES
        measure = names.measure_word_of_kind("Organization")
        parts = [
            (self.segments, names.counted(self.segments, "Segment")),
            (self.companies, Text(f"{self.companies} {measure}{companies.zh}", f"{self.companies} {companies.en}")),
            (self.products, names.counted(self.products, "Product")),
            (self.applications, names.counted(self.applications, "Application")),
        ]
        said = [text for number, text in parts if number]
        return Text(" · ".join(text.zh for text in said), " · ".join(text.en for text in said))


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
