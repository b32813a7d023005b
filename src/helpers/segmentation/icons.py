"""Icons of the segments as inline SVG, drawn for this project on a field of 24 × 24."""

_SHAPES = {
    "Champions": '<polyline points="12,3 14.7,8.9 21,9.6 16.3,13.9 17.6,20.2 12,17 6.4,20.2 7.7,13.9 3,9.6 9.3,8.9 12,3"/>',
    "Loyal": '<path d="M12 20 C5 15 3 11.5 3 8.7 A4.5 4.5 0 0 1 12 7.5 A4.5 4.5 0 0 1 21 8.7 C21 11.5 19 15 12 20 Z"/>',
    "Promising": '<path d="M12 21 V11 M12 13 C12 8 8 6 4 6 C4 11 8 13 12 13 M12 11 C12 6.5 16 4 20 4 C20 9 16 11 12 11"/>',
    "New": '<circle cx="12" cy="12" r="9"/><path d="M12 7.5 V16.5 M7.5 12 H16.5"/>',
    "Needs attention": '<circle cx="12" cy="12" r="9"/><polyline points="12,6.5 12,12 16,14"/>',
    "At risk": '<path d="M12 4 L21.5 20 H2.5 Z M12 10 V14.5 M12 16.8 V17.2"/>',
    "Cannot lose": (
        '<circle cx="12" cy="12" r="9"/><circle cx="12" cy="12" r="3.6"/>'
        '<path d="M5.6 5.6 L9.4 9.4 M18.4 5.6 L14.6 9.4 M5.6 18.4 L9.4 14.6 M18.4 18.4 L14.6 14.6"/>'
    ),
    "Hibernating": '<path d="M20 14.5 A8.5 8.5 0 1 1 9.5 4 A7 7 0 0 0 20 14.5 Z"/>',
}
_OTHER = '<circle cx="12" cy="12" r="9"/>'


def icon(segment: str) -> str:
    """Return the segment's icon (decoration: the name stands beside it)."""
    return (
        '<svg viewBox="0 0 24 24" width="32" height="32" fill="none" stroke="currentColor" stroke-width="1.6" '
        f'stroke-linejoin="round" stroke-linecap="round" aria-hidden="true">{_SHAPES.get(segment, _OTHER)}</svg>'
    )
