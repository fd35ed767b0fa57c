"""Routes are told apart by shape, line and letter, never by colour alone."""

from map_ui.route_signs import route_sign


def test_the_first_six_routes_have_shapes_and_lines_of_their_own():
    signs = [route_sign(number) for number in range(6)]
    assert len({sign.shape for sign in signs}) == 6
    assert len({sign.dash for sign in signs}) == 6


def test_where_shapes_repeat_the_letter_stands_beside_the_number():
    first, seventh = route_sign(0), route_sign(6)
    assert first.shape == seventh.shape
    assert first.label(3) != seventh.label(3)
    assert seventh.label(3).startswith(seventh.letter)
