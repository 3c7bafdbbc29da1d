//! The words by which EXC111 tells that a text says nothing about its exception.

/// Words that are left out before phrases are compared.
pub(super) const ARTICLES: &[&str] = &["a", "an", "the", "our", "my", "your", "their"];

/// Words that say nothing alone.
#[rustfmt::skip]
pub(super) const FILLERS: &[&str] = &[
    // Function words.
    "about", "after", "again", "all", "already", "also", "am", "and", "another", "any", "are",
    "arent", "as", "at", "be", "because", "been", "before", "being", "but", "by", "can", "cannot",
    "cant", "could", "did", "didnt", "do", "does", "doesnt", "doing", "done", "dont", "due",
    "each", "etc", "every", "for", "from", "had", "has", "have", "having", "he", "her", "here",
    "his", "how", "i", "if", "im", "in", "into", "is", "isnt", "it", "its", "just", "lets", "many",
    "may", "me", "might", "more", "most", "much", "must", "no", "nor", "not", "of", "on", "only",
    "onto", "or", "other", "per", "same", "shall", "she", "should", "since", "so", "some", "still",
    "such", "than", "that", "them", "then", "there", "these", "they", "this", "those", "till", "to",
    "too", "until", "up", "us", "very", "via", "was", "we", "were", "weve", "what", "when", "where",
    "which", "while", "who", "why", "will", "with", "within", "without", "wont", "would", "yet",
    "you",
    // Words that fill.
    "actually", "anything", "basically", "case", "currently", "everything", "get", "gets", "got",
    "make", "makes", "need", "needed", "needs", "necessary", "now", "ok", "okay", "order", "please",
    "presently", "quite", "really", "reason", "reasons", "require", "required", "requirement",
    "requirements", "requires", "simply", "something", "somehow", "stuff", "thanks", "thing",
    "things", "use", "used", "using", "want", "wanted", "wants", "way", "work", "worked", "working",
    "works",
    // What every record is about.
    "compliance", "compliant", "comply", "control", "controls", "exception", "exceptions",
    "exemption", "exemptions", "meet", "met", "policies", "policy", "project",
];

/// Phrases that could stand in every record. Articles are left out, apostrophes too.
#[rustfmt::skip]
pub(super) const PHRASES: &[&str] = &[
    // That it is needed.
    "needed this", "need this", "needed it", "need it", "this is needed", "it is needed",
    "is necessary", "is required", "is mandatory", "is important", "is a must", "must have",
    "required for project", "required by project", "needed for project", "needed to work",
    "required to work", "has to work", "has to be done", "needs to be done", "have to do it",
    "make it work", "makes it work", "making it work", "get it to work", "get it working",
    "so that it works", "work otherwise", "works otherwise", "work without it", "work without this",
    "breaks otherwise", "fails otherwise", "otherwise it breaks", "otherwise it fails",
    "nothing works", "did not work", "not working", "no other way", "no other option",
    "no other choice", "no alternative", "no choice", "only way", "only option", "only solution",
    // In whose name.
    "business need", "business needs", "business reason", "business reasons", "business case",
    "business requirement", "business requirements", "business critical", "business decision",
    "business justification", "business purposes", "business continuity", "for business",
    "customer need", "customer request", "customer requirement", "customer wants it",
    "requested by business", "requested by customer", "requested by management",
    "requested by team", "management approved", "management decision", "management wants it",
    "stakeholder request", "product requirement", "project deadline", "project need",
    "project requirement", "project requirements",
    // Reasons of every kind.
    "compatibility reasons", "historical reasons", "legacy reasons", "operational need",
    "operational needs", "operational reasons", "performance reasons", "security reasons",
    "several reasons", "technical constraint", "technical constraints", "technical limitation",
    "technical limitations", "technical reason", "technical reasons", "technical requirement",
    "various reasons", "technical debt", "tech debt", "legacy code", "legacy system", "convenience",
    "known issue", "known problem", "false positive", "too complex", "too difficult",
    "too expensive", "too hard", "too much effort", "too much work", "its complicated",
    "is complicated", "not possible", "not feasible", "not available", "not supported", "not ready",
    "cannot be done", "not our fault", "best effort", "best practice", "best practices",
    "standard procedure", "unknown", "not known", "it depends", "dependency", "dependencies",
    "vendor issue", "vendor limitation", "vendor problem", "blocked by vendor",
    "waiting for vendor", "waiting on vendor", "wait for vendor", "vendor is working on it",
    "waiting for approval", "waiting for other team", "depends on other team",
    // Time.
    "temporary", "temporarily", "interim", "short term", "quick fix", "quick win", "workaround",
    "time being", "for now", "for moment", "for testing", "for test", "for tests", "for debugging",
    "testing purposes", "test purposes", "for development", "development purposes", "for demo",
    "for poc", "proof of concept", "for pilot", "asap", "as soon as possible", "urgent",
    "urgently", "emergency", "high priority", "low priority", "not a priority", "deadline",
    "time pressure", "no time", "not enough time", "lack of time", "more time", "when time permits",
    "when we have time", "when there is time", "if time permits", "when possible", "lack of budget",
    "lack of capacity", "lack of people", "lack of resources", "no budget", "no capacity",
    "no resources", "near future", "in future", "future release", "at some point", "later", "soon",
    "eventually", "some day", "in due course", "next quarter", "next release", "next sprint",
    "next year", "in progress", "ongoing", "backlog",
    // Elsewhere.
    "as agreed", "as above", "as before", "as discussed", "as mentioned", "as per discussion",
    "as per request", "as requested", "per discussion", "agreed with team", "agreed with",
    "discussed with team", "discussed with", "see above", "see attached", "see attachment",
    "see below", "see comment", "see comments", "see description", "see docs", "see documentation",
    "see email", "see issue", "see jira", "see link", "see links", "see pr", "see pull request",
    "see thread", "see ticket", "see tickets", "see title", "see slack", "refer to ticket",
    "in ticket", "same as above", "same as before", "same reason",
    // That nothing is new.
    "no change", "no changes", "nothing changed", "nothing has changed", "nothing new", "unchanged",
    "still needed", "still required", "still necessary", "still valid", "still applies",
    "still open", "still blocked", "still same", "not done", "not finished", "not fixed",
    "not completed", "extension needed", "renewal needed", "please approve", "please extend",
    "please renew", "needs extension", "needs renewal",
    // Risk.
    "accepted risk", "risk accepted", "risk is accepted", "acceptable risk", "risk is acceptable",
    "low risk", "risk is low", "minimal risk", "risk is minimal", "no risk", "no real risk",
    "not critical", "security risk", "security issue", "security problem", "could be a risk",
    "could go wrong", "might go wrong", "may go wrong", "bad things", "not a problem",
    // That it will be well.
    "all good", "back to normal", "everything works", "as it should be", "is fixed", "is solved",
    "is resolved", "be fixed", "be solved", "be resolved", "be addressed", "be done", "be removed",
    "be closed", "fixed later", "fix later", "fix it", "fix this", "fix issue", "fix problem",
    "fix soon", "solve it", "solve issue", "solve problem", "resolve it", "resolve issue",
    "resolve problem", "address it", "remediate", "remediate it", "remediated", "remediation",
    "implement fix", "implement solution", "implement it", "find solution", "look into it",
    "investigate", "work on it", "working on it", "do it properly", "do it later", "clean up",
    "proper solution", "proper fix", "permanent solution", "permanent fix", "final solution",
    "long term solution", "remove exception", "close exception", "problem is gone",
    // What the tools say.
    "pipeline is failing", "pipeline was failing", "pipeline fails", "pipeline failed",
    "pipeline is red", "build is failing", "build was failing", "build fails", "build failed",
    "build is red", "ci is failing", "ci was failing", "ci fails", "ci failed", "tests fail",
    "tests failed", "tests were failing", "deployment fails", "deployment failed",
    "deployment is blocked", "release is blocked", "blocks deployment", "blocks release",
    "blocks us", "we are blocked", "is blocked", "unblock us", "unblock team", "unblock release",
    "too strict", "does not allow it", "forbids it", "access denied", "permission denied",
    "got error", "gives error", "error occurred",
];
