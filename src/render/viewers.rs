//! What looks at the output of `exc`, as far as it could be spoken to: the runner of GitHub
//! Actions, a viewer of Markdown, an XML parser, a terminal. Test code; knows nothing of `exc`.

use quick_xml::events::Event;

/// A command that a runner would obey.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RunnerCommand {
    pub(crate) name: String,
    pub(crate) properties: Vec<(String, String)>,
    pub(crate) message: String,
}

/// The commands that the runner knows, in any case.
const KNOWN: [&str; 16] = [
    "add-mask",
    "add-matcher",
    "add-path",
    "debug",
    "echo",
    "endgroup",
    "error",
    "group",
    "internal-set-repo-path",
    "notice",
    "remove-matcher",
    "save-state",
    "set-env",
    "set-output",
    "stop-commands",
    "warning",
];

/// All commands in what a step prints, each line read as the runner reads it.
pub(crate) fn commands(output: &str) -> Vec<RunnerCommand> {
    let lines = output.split(['\n', '\r']);
    lines.filter_map(|line| try_parse_v2(line).or_else(|| try_parse(line))).collect()
}

/// `ActionCommand.TryParseV2`: `::name key=value,key=value::message` at the start of a line.
fn try_parse_v2(line: &str) -> Option<RunnerCommand> {
    let line = line.trim_start();
    let (head, message) = line.strip_prefix("::")?.split_once("::")?;
    let unescape = |text: &str| unescaped(text, &[("%0D", "\r"), ("%0A", "\n")]);
    let unescape_property =
        |text: &str| unescaped(text, &[("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ",")]);
    command(head, ',', unescape_property, unescape(message))
}

/// `ActionCommand.TryParse`: `##[name key=value;key=value]message` anywhere in a line.
fn try_parse(line: &str) -> Option<RunnerCommand> {
    let (_, rest) = line.split_once("##[")?;
    let (head, message) = rest.split_once(']')?;
    let unescape =
        |text: &str| unescaped(text, &[("%0D", "\r"), ("%0A", "\n"), ("%3B", ";"), ("%5D", "]")]);
    command(head, ';', unescape, unescape(message))
}

fn command(
    head: &str,
    separator: char,
    unescape: impl Fn(&str) -> String,
    message: String,
) -> Option<RunnerCommand> {
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    if !KNOWN.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        return None;
    }
    let pairs = properties.trim().split(separator).filter_map(|pair| pair.split_once('='));
    let properties = pairs.map(|(key, value)| (key.to_owned(), unescape(value))).collect();
    Some(RunnerCommand { name: name.to_owned(), properties, message })
}

fn unescaped(text: &str, escapes: &[(&str, &str)]) -> String {
    let replace = |text: String, (escape, sign): &(&str, &str)| text.replace(escape, sign);
    escapes.iter().fold(text.to_owned(), replace).replace("%25", "%")
}

/// The characters of an output that act on a terminal or on the eyes instead of appearing.
pub(crate) fn acting_characters(output: &str) -> Vec<char> {
    let acts = |c: &char| {
        (c.is_control() && *c != '\n')
            || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}'
                | '\u{fff9}'..='\u{ffff}' | '\u{ad}' | '\u{3164}' | '\u{e0000}'..='\u{e0fff}')
    };
    output.chars().filter(acts).collect()
}

/// What in a page of Markdown is more than text, besides the elements that `exc` itself writes.
pub(crate) fn live_markdown(page: &str) -> Vec<String> {
    let mut live = Vec::new();
    for (number, line) in page.lines().enumerate() {
        let own = ["<br>", "<code>", "</code>", "### exc check", "| --- | --- | --- | --- |"];
        let text = own.iter().fold(line.to_owned(), |text, own| text.replace(own, " "));
        let is_row = line.starts_with('|');
        if is_row && !matches!(text.matches('|').count(), 0 | 5) {
            live.push(format!("line {number} has other columns: {line}"));
        }
        let text = text.replace("**Cut here", "").replace("summary.**", "").replace('|', " ");
        let signs = ['<', '>', '[', ']', '`', '*', '_', '\\', '@', '~', '!', '$', '^'];
        if let Some(sign) = text.chars().find(|c| signs.contains(c)) {
            live.push(format!("line {number} holds a bare `{sign}`: {line}"));
        }
        for (at, _) in text.match_indices('&') {
            let entity = text[at..].split(';').next().unwrap_or_default();
            let digits = entity.strip_prefix("&#").unwrap_or("x");
            if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                live.push(format!("line {number} holds a bare `&`: {line}"));
            }
        }
        live.extend(links(&text).into_iter().map(|link| format!("line {number}: {link}: {line}")));
        let shown = decoded(&text);
        live.extend(
            references(&shown).into_iter().map(|it| format!("line {number}: {it}: {line}")),
        );
    }
    live
}

/// What the parser of GitHub's Markdown makes a link without being asked.
fn links(text: &str) -> Vec<&'static str> {
    let lower = text.to_ascii_lowercase();
    ["http:", "https:", "ftp:", "mailto:", "xmpp:", "://", "www."]
        .into_iter()
        .filter(|start| lower.contains(start))
        .collect()
}

/// Mentions and references that filters find in the text of the finished page.
fn references(shown: &str) -> Vec<String> {
    let chars: Vec<char> = shown.chars().collect();
    let mut found = Vec::new();
    for (at, pair) in chars.windows(2).enumerate() {
        let is_sign = matches!(pair[0], '@' | '#' | '!' | '$' | '%' | '&' | '~');
        if is_sign && (pair[1].is_alphanumeric() || pair[1] == '_' || pair[1] == '"') {
            found.push(chars[at..].iter().take(12).collect());
        }
    }
    for (at, sign) in shown.to_ascii_lowercase().match_indices("gh-") {
        if shown[at + sign.len()..].starts_with(|c: char| c.is_ascii_digit()) {
            found.push("a reference to an issue".to_owned());
        }
    }
    found
}

fn decoded(text: &str) -> String {
    let mut parts = text.split("&#");
    let mut decoded = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (number, rest) = part.split_once(';').unwrap_or(("65533", part));
        let c = number.parse().ok().and_then(char::from_u32);
        decoded.push(c.unwrap_or(char::REPLACEMENT_CHARACTER));
        decoded.push_str(rest);
    }
    decoded
}

/// The names of all elements of an XML document; panics where it is none.
pub(crate) fn xml_elements(document: &str) -> Vec<String> {
    let is_allowed = |c: char| {
        matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}'
            | '\u{10000}'..='\u{10ffff}')
    };
    assert_eq!(document.chars().find(|&c| !is_allowed(c)), None, "a character that XML forbids");
    assert!(!document.contains("]]>"));
    let mut reader = quick_xml::Reader::from_str(document);
    reader.config_mut().check_end_names = true;
    let mut names = Vec::new();
    loop {
        match reader.read_event().expect("the document is well-formed") {
            Event::Start(element) | Event::Empty(element) => {
                for attribute in element.attributes() {
                    let attribute = attribute.expect("attributes are well-formed");
                    attribute
                        .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                        .expect("references are known");
                }
                names.push(String::from_utf8_lossy(element.name().as_ref()).into_owned());
            }
            Event::Eof => return names,
            Event::Comment(_) | Event::CData(_) | Event::PI(_) | Event::DocType(_) => {
                panic!("only elements and text are written")
            }
            _ => {}
        }
    }
}
