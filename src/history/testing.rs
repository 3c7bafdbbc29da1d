//! Keys that were made for these tests, and what `ssh-keygen -Y sign` made with them.

use std::sync::Arc;

use chrono::NaiveDate;

use super::approval::Approval;
use crate::policy::{self, Policy};
use crate::text::SourceFile;

pub(super) const REGISTER: &str = "6f0c2a1e-7b1d-4b7e-9a55-3b7a2f0d9c11";

pub(super) const ALICE: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDZwEucLJtpL4Je+ps062aqrNE4+1wATZLqQJHs0miz4";
pub(super) const BOB: &str = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBDevs6zxb4tDOgcoPoUQWoMuOB0mo2cciikuXwJ1GfKgLP7dfmCE3syEnJFzlF5qWatn6ZS82DLzuol8MSwXEiw=";
/// The key of a security key, and below a signature that it made with a touch.
pub(super) const CAROL: &str = "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4AAAABHNzaDo=";

pub(crate) const ALICE_SIGNED: &str = "\
-----BEGIN SSH SIGNATURE-----
U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgNnAS5wsm2kvgl76mzTrZqqs0Tj
7XABNkupAkezSaLPgAAAAPZXhjLWFwcHJvdmFsLXYxAAAAAAAAAAZzaGE1MTIAAABTAAAA
C3NzaC1lZDI1NTE5AAAAQHxNncDYd7TMlLtYWdgZzuubhx187mMxxXr7kZ3oFhX2zEvCdT
2xyFyPf2DxhMbLqd0OVKmEkE3Idu2QcGAz/gQ=
-----END SSH SIGNATURE-----
";

pub(super) const ALICE_SIGNED_SHA256: &str = "\
-----BEGIN SSH SIGNATURE-----
U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgNnAS5wsm2kvgl76mzTrZqqs0Tj
7XABNkupAkezSaLPgAAAAPZXhjLWFwcHJvdmFsLXYxAAAAAAAAAAZzaGEyNTYAAABTAAAA
C3NzaC1lZDI1NTE5AAAAQGT2RUKzxeWSZKPOCUg2ma4j+AyXS/WtTivMrB8TkpwZTfuned
eJRdH/NxzJ3p52WeAAsC/9NIb7YRa4WvkrWwE=
-----END SSH SIGNATURE-----
";

pub(super) const ALICE_SIGNED_FOR_GIT: &str = "\
-----BEGIN SSH SIGNATURE-----
U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgNnAS5wsm2kvgl76mzTrZqqs0Tj
7XABNkupAkezSaLPgAAAADZ2l0AAAAAAAAAAZzaGE1MTIAAABTAAAAC3NzaC1lZDI1NTE5
AAAAQHz0aHlg5ZCzhsNY8CdLTeJz6Q8iEowL/BOqISKAIdZoNqhP81tnccKDl/A1l7jT7w
tsnZUHt6JA+oUd1ubWOQQ=
-----END SSH SIGNATURE-----
";

/// The statement of alice, signed with the key [`BOB`].
pub(super) const ALICE_SIGNED_WITH_ECDSA: &str = "\
-----BEGIN SSH SIGNATURE-----
U1NIU0lHAAAAAQAAAGgAAAATZWNkc2Etc2hhMi1uaXN0cDI1NgAAAAhuaXN0cDI1NgAAAE
EEN6+zrPFvi0M6Byg+hRBagy44HSajZxyKKS5fAnUZ8qAs/t1+YITezISckXOUXmpZq2fp
lLzYMvO6iXwxLBcSLAAAAA9leGMtYXBwcm92YWwtdjEAAAAAAAAABnNoYTUxMgAAAGUAAA
ATZWNkc2Etc2hhMi1uaXN0cDI1NgAAAEoAAAAhAJ9HUiAoctxi2NzR2pjaPA4S2AsmgG4y
vzLDsE7pH1K+AAAAIQCpDe3DmZ6EuulHgbK3ijYCi4KnfwK5HrEfj80BvjGAgw==
-----END SSH SIGNATURE-----
";

pub(crate) const BOB_SIGNED: &str = "\
-----BEGIN SSH SIGNATURE-----
U1NIU0lHAAAAAQAAAGgAAAATZWNkc2Etc2hhMi1uaXN0cDI1NgAAAAhuaXN0cDI1NgAAAE
EEN6+zrPFvi0M6Byg+hRBagy44HSajZxyKKS5fAnUZ8qAs/t1+YITezISckXOUXmpZq2fp
lLzYMvO6iXwxLBcSLAAAAA9leGMtYXBwcm92YWwtdjEAAAAAAAAABnNoYTUxMgAAAGQAAA
ATZWNkc2Etc2hhMi1uaXN0cDI1NgAAAEkAAAAgHMw4jMndc0ugJtZdzSPjGF16EyT2sI9+
ppstzGPoL4oAAAAhAPSjLZ+WU+4jPhzTUjNbPtgtNljSp0IYul312whGuLKY
-----END SSH SIGNATURE-----
";

pub(super) const CAROL_SIGNED: &str = "\
-----BEGIN SSH SIGNATURE-----
U1NIU0lHAAAAAQAAAEoAAAAac2stc3NoLWVkMjU1MTlAb3BlbnNzaC5jb20AAAAgA6EHv/
POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbgAAAAEc3NoOgAAAA9leGMtYXBwcm92YWwt
djEAAAAAAAAABnNoYTUxMgAAAGcAAAAac2stc3NoLWVkMjU1MTlAb3BlbnNzaC5jb20AAA
BALif0vEy2Ruf1kQLFLK6dyNCT9jyNwda8DkLXhzQFsXxtolqeP1m7R7D7ZDOt6wf7CTYN
PtSbrxfPYG/0KsGjDwEAAAAH
-----END SSH SIGNATURE-----
";

pub(super) const RSA_SIGNED: &str = "\
-----BEGIN SSH SIGNATURE-----
U1NIU0lHAAAAAQAAARcAAAAHc3NoLXJzYQAAAAMBAAEAAAEBAPFWjoJnsCidrUNBc6rsWb
+6T1ni565PxER6hVKR7bFah8GXU5vUJJ1J5wCH5FHW2V6qDU7gfhvDJjzEhQ7EQr5mNqdG
4LWfPS/+OjNjkNlVqbs/DQ/WdSEJjBGV7TfCD/nriooFAif7j/mecb74A1OaenIvlfn8wL
uI47eqoqTl2k0Sj25kV+zMchDtu8vzAxfSQPTiJqfe+cOnbgry3tyYiYiq14AH1M/7gOFX
+WY1vvq27oSVBgbamBdo5+OZauZ3GUXq5Nv0BsaVB0EgGOab1S6WfDbfk5H7GC487PR05z
fiW1DZxJI6iyFs0kM4wA7vXL4mE3NFCSB0qTxoCN0AAAAPZXhjLWFwcHJvdmFsLXYxAAAA
AAAAAAZzaGE1MTIAAAEUAAAADHJzYS1zaGEyLTUxMgAAAQC9Mi3beo+ppMEvTnVepRdyKP
uaRo2/r9ZizmD6FmKonoPgSKUnEFjGTtL8M8KDqp5KU8/wZLPggWHtnqxJy275n0DmZrX2
boqvAqFcl3RxRlPAvCn1ikpqeg3MMdBokPlNj5xWbeGBCjp+pVKADlLPrISvOI4ZP0RuiQ
Iiiv8IQwJ8WMX2II98bP+v9kdtnRaEoaCRniAvgNa1hOykAKMmp0pLtlJqVMAjSgBLjSa1
sDX0H4Lv86wyt4p99ebQjsG4aHEjpBLEyyAgviwWB57tB9ry3dREkTOlcd/AZWinTNIbCO
4HYoASQTQGambsIt3NOp3mh+u74ztKp94E5dKA
-----END SSH SIGNATURE-----
";

/// The statement that each of the signatures is about.
pub(crate) fn statement(approver: &str) -> String {
    format!(
        "\
exc-approval/v1
register: {REGISTER}
record: EXC-2026-K7QD
decision: approve
content-sha256: f53a7121b7817d4ff2f761fb99dce6d2759ad335fb2797216875cc67f9bb9bd2
after-sha256: 0063be5eb895050ed51cc0fedc29bf4cec8492f79550588d82492e699ab4a971
expires: 2027-01-31
risk: high
approver: {approver}
signed-at: 2026-11-20T15:31:10Z
"
    )
}

#[track_caller]
pub(super) fn approval(statement: &str, signature: &str) -> Approval {
    Approval::parse(format!("{statement}{signature}").as_bytes()).expect("an approval")
}

/// One person of a policy with one key; `days` goes on with the key.
pub(super) fn person(id: &str, key: &str, days: &str) -> String {
    format!(
        "  - {{id: {id}, name: {id}, emails: [{id}@example.com], keys: [{{key: \"{key}\"{days}}}]}}\n"
    )
}

#[track_caller]
pub(super) fn policy_of(people: &str) -> Policy {
    let text = format!("version: 1\nregister: {REGISTER}\npeople:\n{people}");
    let file = Arc::new(SourceFile::new("exceptions/policy.yaml", text));
    policy::load(&file).expect("a policy").0
}

#[track_caller]
pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}
