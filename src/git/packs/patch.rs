//! What differs in one object from another: parts of that, and bytes of its own.

/// Makes an object of the one that it differs from; `None` where that cannot be, or it has more than
/// so many bytes.
pub(super) fn apply(base: &[u8], difference: &[u8], max_size: usize) -> Option<Vec<u8>> {
    let mut rest = difference;
    if size(&mut rest)? != base.len() {
        return None;
    }
    let length = size(&mut rest)?;
    if length > max_size {
        return None;
    }
    let mut made = Vec::with_capacity(length);
    while let Some((&code, after)) = rest.split_first() {
        rest = after;
        let part = match code {
            // Git has kept it for later.
            0 => return None,
            1..0x80 => {
                let (own, after) = rest.split_at_checked(code.into())?;
                rest = after;
                own
            }
            _ => {
                let start = number(&mut rest, code & 0xf)?;
                let length = match number(&mut rest, (code >> 4) & 7)? {
                    0 => 0x10000,
                    length => length,
                };
                base.get(start..start.checked_add(length)?)?
            }
        };
        if made.len() + part.len() > length {
            return None;
        }
        made.extend_from_slice(part);
    }
    (made.len() == length).then_some(made)
}

/// A number of which each byte holds seven bits, the lowest first.
fn size(rest: &mut &[u8]) -> Option<usize> {
    let mut size = 0;
    for shift in (0..=35).step_by(7) {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        size |= usize::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(size);
        }
    }
    None
}

/// A number of which only some bytes are written, those whose bits are set, the lowest first.
fn number(rest: &mut &[u8], written: u8) -> Option<usize> {
    let mut number = 0;
    for at in 0..4 {
        if written & (1 << at) != 0 {
            let (&byte, after) = rest.split_first()?;
            *rest = after;
            number |= usize::from(byte) << (8 * at);
        }
    }
    Some(number)
}
