//! EXC201: text that is no date where a date is needed.

use super::{Check, Rule};
use crate::source::dates;

pub(super) const RULE: Rule = Rule { code: &dates::NOT_A_DATE, docs: DOCS, check: Check::Load };

const DOCS: &str = r##"## What it checks

That dates are days of the calendar, written `YYYY-MM-DD`. The help names the day that was probably meant. The day of a moment, such as `declared` of an emergency, is one of the calendar too.

## Why it matters

`02/03/2026` is in February for one reader and in March for another. An exception ends on a day on which all agree, and it does end: `never` is no date either.

## Example

```yaml
expires: 31/01/2027
```

## Instead

```yaml
expires: 2027-01-31
```
"##;
