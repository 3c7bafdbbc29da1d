//! From numbers to lengths, with round numbers beside the lines.

/// A length for numbers from zero to a round one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    step: usize,
    pub(super) top: usize,
    length: usize,
}

impl Scale {
    /// Lines that a reader can still count at a glance.
    const MOST: usize = 4;

    /// The scale on which `largest` still fits into `length`.
    pub(super) fn fitting(largest: usize, length: usize) -> Self {
        let largest = largest.max(1);
        let mut step = 1;
        let mut factors = [2, 5, 10].into_iter().cycle();
        let mut decade = 1;
        while largest.div_ceil(step) > Self::MOST {
            let factor = factors.next().unwrap_or(10);
            step = decade * factor;
            if factor == 10 {
                decade = step;
            }
        }
        Self { step, top: largest.div_ceil(step) * step, length }
    }

    /// The length for a number, to the nearest unit; what is there at all can be seen.
    pub(super) fn of(self, value: usize) -> usize {
        let length = (value * self.length + self.top / 2) / self.top;
        if value > 0 { length.max(1) } else { 0 }
    }

    /// The round numbers, from zero up.
    pub(super) fn ticks(self) -> impl Iterator<Item = usize> {
        (0..=self.top).step_by(self.step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(largest: usize, expected: &[usize]) {
        let scale = Scale::fitting(largest, 200);
        assert_eq!(scale.ticks().collect::<Vec<_>>(), expected);
        assert_eq!(scale.of(scale.top), 200);
    }

    #[test]
    fn lines_are_few_and_round() {
        check(0, &[0, 1]);
        check(3, &[0, 1, 2, 3]);
        check(7, &[0, 2, 4, 6, 8]);
        check(14, &[0, 5, 10, 15]);
        check(33, &[0, 10, 20, 30, 40]);
        check(1000, &[0, 500, 1000]);
    }

    #[test]
    fn one_of_many_is_still_seen() {
        assert_eq!(Scale::fitting(100_000, 200).of(1), 1);
        assert_eq!(Scale::fitting(100_000, 200).of(0), 0);
    }
}
