"""Places the figures and words of a drawing so that none lies on another or out of the picture."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

Box = tuple[float, float, float, float]
#: About the size of a letter of a figure, px.
LETTER_PX, LINE_PX = 6.8, 15.0
#: Two texts on one line stand so far apart that they are not read as one, px.
GAP_PX = 10.0


@dataclass
class Room:
    """The picture of `width` x `height` px, and what of it is taken (boxes: left, top, right, bottom)."""

    width: int
    height: int
    taken: list[Box] = field(default_factory=list)

    def holds(self, box: Box) -> bool:
        """Whether a box lies in the picture."""
        left, top, right, bottom = box
        return left >= 2 and top >= 2 and right <= self.width - 2 and bottom <= self.height - 2

    def is_free(self, box: Box) -> bool:
        """Whether a box lies in the picture and on nothing that is there."""
        left, top, right, bottom = box
        return self.holds(box) and not any(
            left < other[2] and other[0] < right and top < other[3] and other[1] < bottom
            for other in self.taken
        )

    def take(self, boxes: Iterable[Box]) -> None:
        """Keep these boxes for what stands there."""
        self.taken.extend(boxes)

    def first_free(self, places: Sequence[tuple[float, float, str]], text: str) -> tuple[float, float, str]:
        """Of places (x, baseline, anchor) the first that is free; else one in the picture; else any."""
        boxes = {place: text_box(*place, text) for place in places}
        free = (place for place in places if self.is_free(boxes[place]))
        seen = (place for place in places if self.holds(boxes[place]))
        chosen = next(free, None) or next(seen, places[0])
        left, top, right, bottom = boxes[chosen]
        self.take([(left - GAP_PX, top, right + GAP_PX, bottom)])
        return chosen


def text_box(x: float, y: float, anchor: str, text: str) -> Box:
    """
    About the box of a text that lies level: `y` is its baseline, px.

    Examples
    --------
    >>> text_box(100.0, 50.0, "middle", "12.00")
    (83.0, 38.0, 117.0, 53.0)
    """
    length = max(len(text), 1) * LETTER_PX
    left = {"start": x, "middle": x - length / 2, "end": x - length}[anchor]
    return (left, y - 12.0, left + length, y - 12.0 + LINE_PX)
