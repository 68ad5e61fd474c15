//! OGC API Features Part 4 (draft 20-002r1), classes Update and Optimistic Locking using ETags.

use super::edits::{
    GEOJSON, ITEMS, MERGE_PATCH, SUCCESS, UPDATE, create, etag, feature, get, methods,
};
use super::sample::ROWS;
use super::service::service_of;

const LOCKING: &str =
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/optimistic-locking-etags";

/// PATCH is among the methods of one feature.
#[test]
fn req_update_methods() {
    let Some(service) = service_of(UPDATE) else {
        return;
    };
    let one = service
        .send("OPTIONS", &format!("{ITEMS}/edited:berlin"), &[], None)
        .expect(200);
    assert!(methods(&one).contains(&"PATCH".to_owned()));
}

/// Where PATCH is allowed `Accept-Patch` names the media types.
#[test]
fn req_update_options_accept_patch() {
    let Some(service) = service_of(UPDATE) else {
        return;
    };
    let one = service
        .send("OPTIONS", &format!("{ITEMS}/edited:berlin"), &[], None)
        .expect(200);
    assert!(
        one.header_values("accept-patch")
            .contains("application/merge-patch+json")
    );
}

/// PATCH changes what the document names and leaves the rest.
#[test]
fn req_update_update_patch_op() {
    let Some(service) = service_of(UPDATE) else {
        return;
    };
    let path = create(service, "patch-op");
    let before = get(service, &path);
    service
        .edit(
            "PATCH",
            &path,
            &[MERGE_PATCH],
            Some(r#"{"properties":{"count":99}}"#),
        )
        .expect_one_of(&SUCCESS);
    let after = get(service, &path);
    assert_eq!(after["properties"]["count"], 99);
    for kept in ["name", "flag", "day"] {
        assert_eq!(after["properties"][kept], before["properties"][kept]);
    }
    assert_eq!(after["geometry"], before["geometry"]);
    assert_eq!(after["id"], before["id"]);
}

/// A document that is no merge patch, or breaks the schema, changes nothing.
#[test]
fn req_update_update_patch_body() {
    let Some(service) = service_of(UPDATE) else {
        return;
    };
    let path = create(service, "patch-body");
    let before = get(service, &path);
    for body in [
        "",
        "{",
        "[1]",
        r#"{"properties":{"count":"many"}}"#,
        r#"{"geometry":{"type":"Point"}}"#,
    ] {
        let reply = service.edit("PATCH", &path, &[MERGE_PATCH], Some(body));
        assert!(
            (400..500).contains(&reply.status),
            "{body}: {}",
            reply.status
        );
    }
    assert_eq!(get(service, &path), before);
}

/// PATCH answers 200 or 204; of what does not exist, 404.
#[test]
fn req_update_update_patch_response() {
    let Some(service) = service_of(UPDATE) else {
        return;
    };
    let path = create(service, "patch-response");
    let body = r#"{"properties":{"ratio":0.25}}"#;
    service
        .edit("PATCH", &path, &[MERGE_PATCH], Some(body))
        .expect_one_of(&SUCCESS);
    service
        .edit(
            "PATCH",
            &format!("{ITEMS}/edited:never-was"),
            &[MERGE_PATCH],
            Some(body),
        )
        .expect_problem(404);
}

/// PATCH without a media type is 400, of one that is not taken 415.
#[test]
fn req_update_patch_content_type() {
    let Some(service) = service_of(UPDATE) else {
        return;
    };
    let path = create(service, "patch-type");
    let before = get(service, &path);
    let body = r#"{"properties":{"ratio":0.25}}"#;
    service
        .edit("PATCH", &path, &[], Some(body))
        .expect_problem(400);
    service
        .edit(
            "PATCH",
            &path,
            &[("content-type", "text/plain")],
            Some(body),
        )
        .expect_problem(415);
    assert_eq!(get(service, &path), before);
}

/// PATCH cannot give a feature another id.
#[test]
fn req_update_rid() {
    let Some(service) = service_of(UPDATE) else {
        return;
    };
    let path = create(service, "patch-rid");
    let before = get(service, &path);
    let reply = service.edit(
        "PATCH",
        &path,
        &[MERGE_PATCH],
        Some(r#"{"id":"edited:elsewhere"}"#),
    );
    if !(400..500).contains(&reply.status) {
        reply.expect_one_of(&SUCCESS);
    }
    assert_eq!(get(service, &path)["id"], before["id"]);
    service
        .get(&format!("{ITEMS}/edited:elsewhere"))
        .expect(404);
}

/// A feature has a strong entity tag; a GET with it is 304.
#[test]
fn req_optimistic_locking_etags_get_etag_response() {
    let Some(service) = service_of(LOCKING) else {
        return;
    };
    for row in ROWS.iter().filter(|row| row.id != "edge").take(3) {
        let path = format!("{ITEMS}/edited:{}", row.id);
        let tag = etag(service, &path);
        assert!(
            tag.len() > 2 && tag.starts_with('"') && tag.ends_with('"'),
            "a strong tag: {tag}"
        );
        assert_eq!(etag(service, &path), tag, "the same while nothing changes");
        let unchanged = service
            .send("GET", &path, &[("if-none-match", &tag)], None)
            .expect(304);
        assert!(unchanged.content.is_empty());
    }
}

/// PUT takes `If-Match`.
#[test]
fn req_optimistic_locking_etags_ifmatch_put_op() {
    let Some(service) = service_of(LOCKING) else {
        return;
    };
    let path = create(service, "lock-put");
    let tag = etag(service, &path);
    let body = feature("lock-put-changed", 2).to_string();
    service
        .edit(
            "PUT",
            &path,
            &[GEOJSON, ("if-match", tag.as_str())],
            Some(&body),
        )
        .expect_one_of(&SUCCESS);
    assert_eq!(
        get(service, &path)["properties"]["name"],
        "lock-put-changed"
    );
}

/// PUT with a tag that does not match is 412 and changes nothing; a weak tag never matches.
#[test]
fn req_optimistic_locking_etags_ifmatch_put_eval() {
    let Some(service) = service_of(LOCKING) else {
        return;
    };
    let path = create(service, "lock-put-eval");
    let before = get(service, &path);
    let tag = etag(service, &path);
    let body = feature("lock-put-eval-changed", 2).to_string();
    for wrong in ["\"0\"".to_owned(), format!("W/{tag}")] {
        service
            .edit(
                "PUT",
                &path,
                &[GEOJSON, ("if-match", wrong.as_str())],
                Some(&body),
            )
            .expect_problem(412);
    }
    assert_eq!(get(service, &path), before);
    let among = format!("\"0\", {tag}");
    service
        .edit(
            "PUT",
            &path,
            &[GEOJSON, ("if-match", among.as_str())],
            Some(&body),
        )
        .expect_one_of(&SUCCESS);
    // Without a tag the server decides: done, or 428 to ask for one.
    let reply = service.edit("PUT", &path, &[GEOJSON], Some(&body));
    assert!(
        matches!(reply.status, 200..=299 | 409 | 428),
        "{}",
        reply.status
    );
}

/// PUT answers with the new tag.
#[test]
fn req_optimistic_locking_etags_put_etag_response() {
    let Some(service) = service_of(LOCKING) else {
        return;
    };
    let path = create(service, "lock-put-tag");
    let tag = etag(service, &path);
    let body = feature("lock-put-tag-changed", 2).to_string();
    let reply = service
        .edit(
            "PUT",
            &path,
            &[GEOJSON, ("if-match", tag.as_str())],
            Some(&body),
        )
        .expect_one_of(&SUCCESS);
    let new = reply.header("etag").expect("an ETag");
    assert_ne!(new, tag);
    assert_eq!(new, etag(service, &path), "the tag of what GET gives now");
}

/// PATCH takes `If-Match`.
#[test]
fn req_optimistic_locking_etags_ifmatch_patch_op() {
    let Some(service) = service_of(LOCKING) else {
        return;
    };
    let path = create(service, "lock-patch");
    let tag = etag(service, &path);
    service
        .edit(
            "PATCH",
            &path,
            &[MERGE_PATCH, ("if-match", tag.as_str())],
            Some(r#"{"properties":{"count":2}}"#),
        )
        .expect_one_of(&SUCCESS);
    assert_eq!(get(service, &path)["properties"]["count"], 2);
}

/// PATCH with a tag that does not match is 412 and changes nothing.
#[test]
fn req_optimistic_locking_etags_ifmatch_patch_eval() {
    let Some(service) = service_of(LOCKING) else {
        return;
    };
    let path = create(service, "lock-patch-eval");
    let before = get(service, &path);
    service
        .edit(
            "PATCH",
            &path,
            &[MERGE_PATCH, ("if-match", "\"0\"")],
            Some(r#"{"properties":{"count":2}}"#),
        )
        .expect_problem(412);
    assert_eq!(get(service, &path), before);
}

/// PATCH answers with the new tag.
#[test]
fn req_optimistic_locking_etags_patch_etag_response() {
    let Some(service) = service_of(LOCKING) else {
        return;
    };
    let path = create(service, "lock-patch-tag");
    let tag = etag(service, &path);
    let reply = service
        .edit(
            "PATCH",
            &path,
            &[MERGE_PATCH, ("if-match", tag.as_str())],
            Some(r#"{"properties":{"count":3}}"#),
        )
        .expect_one_of(&SUCCESS);
    let new = reply.header("etag").expect("an ETag");
    assert_ne!(new, tag);
    assert_eq!(new, etag(service, &path));
}

/// DELETE takes `If-Match`.
#[test]
fn req_optimistic_locking_etags_ifmatch_delete_op() {
    let Some(service) = service_of(LOCKING) else {
        return;
    };
    let path = create(service, "lock-delete");
    let tag = etag(service, &path);
    service
        .edit("DELETE", &path, &[("if-match", tag.as_str())], None)
        .expect_one_of(&SUCCESS);
    service.get(&path).expect(404);
}

/// DELETE with a tag that does not match is 412 and removes nothing.
#[test]
fn req_optimistic_locking_etags_ifmatch_delete_eval() {
    let Some(service) = service_of(LOCKING) else {
        return;
    };
    let path = create(service, "lock-delete-eval");
    service
        .edit("DELETE", &path, &[("if-match", "\"0\"")], None)
        .expect_problem(412);
    get(service, &path);
}
