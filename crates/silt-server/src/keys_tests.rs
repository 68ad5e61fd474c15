use std::os::unix::fs::PermissionsExt;

use axum::http::{HeaderValue, StatusCode};

use super::*;

struct Fixture {
    folder: tempfile::TempDir,
}

impl Fixture {
    fn new() -> Self {
        Fixture {
            folder: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    fn file(&self) -> KeyFile {
        KeyFile::new(self.folder.path())
    }

    fn ring(&self) -> KeyRing {
        KeyRing::new(self.folder.path())
    }

    fn key(&self, scopes: &[Scope]) -> (KeyRecord, String) {
        self.file()
            .create("a test", scopes, None)
            .expect("a key can be made")
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.folder.path().join(FILE_NAME)).expect("the file of keys")
    }
}

fn bearer(key: &str) -> HeaderMap {
    with_header(header::AUTHORIZATION, &format!("Bearer {key}"))
}

fn with_header(name: HeaderName, value: &str) -> HeaderMap {
    let value = HeaderValue::from_str(value).expect("a header value");
    HeaderMap::from_iter([(name, value)])
}

fn refused(ring: &KeyRing, headers: &HeaderMap, scope: Scope) -> StatusCode {
    ring.require(headers, scope)
        .expect_err("the key is refused")
        .status()
}

#[test]
fn a_key_works_in_either_header_for_its_scopes_only() {
    let fixture = Fixture::new();
    let (record, key) = fixture.key(&[Scope::Edit]);
    let ring = fixture.ring();
    let who = ring
        .require(&bearer(&key), Scope::Edit)
        .expect("a valid key");
    assert_eq!((who.id, who.name), (record.id, "a test".to_owned()));
    let lower = with_header(header::AUTHORIZATION, &format!("bearer {key}"));
    ring.require(&lower, Scope::Edit)
        .expect("any case of the scheme");
    ring.require(&with_header(X_API_KEY, &key), Scope::Edit)
        .expect("the other header");
    assert_eq!(
        refused(&ring, &bearer(&key), Scope::Import),
        StatusCode::FORBIDDEN
    );
}

#[test]
fn what_is_no_valid_key_is_refused() {
    let fixture = Fixture::new();
    let (record, key) = fixture.key(&[Scope::Edit]);
    let (_, other) = fixture.key(&[Scope::Edit]);
    let ring = fixture.ring();
    let other_secret = other.rsplit('_').next().expect("a secret");
    let swapped = format!("silt_{}_{other_secret}", record.id);
    let shortened = &key[..key.len() - 1];
    let longer = format!("{key}0");
    let id_alone = format!("silt_{}_", record.id);
    for wrong in [
        "", "silt", "silt_", "silt__", "x", &swapped, shortened, &longer, &id_alone,
    ] {
        assert_eq!(
            refused(&ring, &bearer(wrong), Scope::Edit),
            StatusCode::UNAUTHORIZED,
            "{wrong}"
        );
    }
    let mut twice = bearer(&key);
    twice.append(X_API_KEY, HeaderValue::from_str(&key).expect("a value"));
    let mut not_text = HeaderMap::new();
    not_text.insert(
        X_API_KEY,
        HeaderValue::from_bytes(b"silt_\xff").expect("opaque bytes"),
    );
    let basic = with_header(header::AUTHORIZATION, "Basic YTpi");
    for headers in [HeaderMap::new(), twice, not_text, basic] {
        assert_eq!(
            refused(&ring, &headers, Scope::Edit),
            StatusCode::UNAUTHORIZED
        );
    }
}

#[test]
fn a_ring_sees_keys_made_and_revoked_after_it_was_opened() {
    let fixture = Fixture::new();
    let ring = fixture.ring();
    assert_eq!(
        refused(&ring, &bearer("silt_a_b"), Scope::Edit),
        StatusCode::UNAUTHORIZED,
        "without any file"
    );
    let (record, key) = fixture.key(&[Scope::Edit, Scope::Import]);
    ring.require(&bearer(&key), Scope::Import)
        .expect("a new key");
    let revoked = fixture.file().revoke(&record.id).expect("revoked");
    assert!(revoked.revoked_at.is_some());
    assert_eq!(
        refused(&ring, &bearer(&key), Scope::Edit),
        StatusCode::UNAUTHORIZED
    );
    let again = fixture.file().revoke(&record.id).expect("revoked again");
    assert_eq!(again.revoked_at, revoked.revoked_at);
    assert!(matches!(
        fixture.file().revoke("nobody"),
        Err(KeyError::NoSuchKey(_))
    ));
}

#[test]
fn an_expired_key_is_refused() {
    let fixture = Fixture::new();
    let past = Timestamp::from_second(1_000_000_000).expect("a time");
    let (record, key) = fixture
        .file()
        .create("old", &[Scope::Edit], Some(past))
        .expect("a key");
    assert_eq!(record.state(Timestamp::now()), "expired");
    assert_eq!(
        refused(&fixture.ring(), &bearer(&key), Scope::Edit),
        StatusCode::UNAUTHORIZED
    );
}

#[test]
fn the_file_holds_no_secret_and_only_its_owner_reads_it() {
    let fixture = Fixture::new();
    let (record, key) = fixture.key(&[Scope::Edit]);
    let secret = key.rsplit('_').next().expect("a secret");
    assert_eq!(secret.len(), 52, "256 bits in base 32");
    assert!(!fixture.text().contains(secret));
    assert!(fixture.text().contains(&record.id));
    let mode = std::fs::metadata(fixture.folder.path().join(FILE_NAME))
        .expect("the file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_damaged_file_refuses_every_key_and_is_not_overwritten() {
    let fixture = Fixture::new();
    let (_, key) = fixture.key(&[Scope::Edit]);
    let path = fixture.folder.path().join(FILE_NAME);
    std::fs::write(&path, "{\"keys\": [").expect("the file can be damaged");
    assert_eq!(
        refused(&fixture.ring(), &bearer(&key), Scope::Edit),
        StatusCode::SERVICE_UNAVAILABLE
    );
    let created = fixture.file().create("new", &[Scope::Edit], None);
    assert!(matches!(created, Err(KeyError::Damaged { .. })));
    assert_eq!(fixture.text(), "{\"keys\": [");
}

#[test]
fn keys_made_at_the_same_time_are_all_kept() {
    let fixture = Fixture::new();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| fixture.key(&[Scope::Edit]));
        }
    });
    assert_eq!(fixture.file().list().expect("all keys").len(), 8);
}

#[test]
fn impossible_keys_are_not_made() {
    let fixture = Fixture::new();
    let long = "x".repeat(LONGEST_NAME + 1);
    for name in ["", "  ", "two\nlines", &long] {
        let made = fixture.file().create(name, &[Scope::Edit], None);
        assert!(matches!(made, Err(KeyError::Name)), "{name:?}");
    }
    let made = fixture.file().create("none", &[], None);
    assert!(matches!(made, Err(KeyError::NoScope)));
}

#[test]
fn an_expiry_is_a_day_or_a_time_in_the_future() {
    let day = parse_expiry("2999-12-31").expect("a day");
    assert_eq!(
        day.to_string(),
        "3000-01-01T00:00:00Z",
        "its last moment counts"
    );
    let time = parse_expiry("2999-12-31T12:00:00Z").expect("a time");
    assert_eq!(time.to_string(), "2999-12-31T12:00:00Z");
    for wrong in [
        "",
        "2001-01-01",
        "2999",
        "2999-13-01",
        "tomorrow",
        "2999-12-31T12:00:00",
    ] {
        assert!(parse_expiry(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn random_text_has_all_its_bits() {
    let texts: std::collections::BTreeSet<String> = (0..100)
        .map(|_| random_text::<SECRET_BYTES>().expect("randomness"))
        .collect();
    assert_eq!(texts.len(), 100);
    assert_eq!(random_text::<ID_BYTES>().expect("randomness").len(), 8);
}
