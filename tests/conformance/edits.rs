//! OGC API Features Part 4 (draft 20-002r1), class Create/Replace/Delete.
//!
//! Each test works on features of its own in a collection that no other test looks at.

use serde_json::{Value, json};

use super::service::{EDITED, Reply, Service, id, service_of};

const EDIT: &str = "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/create-replace-delete";
pub(super) const UPDATE: &str = "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/update";

pub(super) const GEOJSON: (&str, &str) = ("content-type", "application/geo+json");
pub(super) const MERGE_PATCH: (&str, &str) = ("content-type", "application/merge-patch+json");
pub(super) const ITEMS: &str = "/collections/edited/items";
pub(super) const SUCCESS: [u16; 2] = [200, 204];

/// A feature to send, named after its test.
pub(super) fn feature(name: &str, count: i64) -> Value {
    json!({
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [-70.25, -23.5]},
        "properties": {"name": name, "count": count, "flag": true, "day": "2024-05-06"},
    })
}

/// Creates a feature; gives the path of its item.
pub(super) fn create(service: &Service, name: &str) -> String {
    let body = feature(name, 1).to_string();
    let reply = service
        .edit("POST", ITEMS, &[GEOJSON], Some(&body))
        .expect(201);
    location(service, &reply)
}

/// The path in the `Location` of an answer.
pub(super) fn location(service: &Service, reply: &Reply) -> String {
    let location = reply.header("location").expect("a Location");
    let path = location.strip_prefix(service.address()).unwrap_or(location);
    assert!(path.starts_with(&format!("{ITEMS}/")), "{location}");
    path.to_owned()
}

pub(super) fn get(service: &Service, path: &str) -> Value {
    service
        .get_as(path, "application/geo+json")
        .expect(200)
        .json()
}

pub(super) fn etag(service: &Service, path: &str) -> String {
    let reply = service.get(path).expect(200);
    reply.header("etag").expect("an ETag").to_owned()
}

fn matched(service: &Service) -> u64 {
    service.json(&format!("{ITEMS}?limit=1"))["numberMatched"]
        .as_u64()
        .expect("numberMatched")
}

pub(super) fn methods(reply: &Reply) -> Vec<String> {
    reply
        .header_values("allow")
        .split(',')
        .map(|method| method.trim().to_owned())
        .collect()
}

/// OPTIONS is there for items and for one item, without a key.
#[test]
fn req_create_replace_delete_options_op() {
    let Some(service) = service_of(EDIT) else {
        return;
    };
    for path in [ITEMS.to_owned(), format!("{ITEMS}/edited:berlin")] {
        service.send("OPTIONS", &path, &[], None).expect(200);
    }
}

/// OPTIONS answers with the methods of the resource in `Allow`.
#[test]
fn req_create_replace_delete_options_response() {
    let Some(service) = service_of(EDIT) else {
        return;
    };
    let items = service.send("OPTIONS", ITEMS, &[], None).expect(200);
    for method in ["GET", "POST"] {
        assert!(methods(&items).contains(&method.to_owned()), "{items:?}");
    }
    let one = service
        .send("OPTIONS", &format!("{ITEMS}/edited:berlin"), &[], None)
        .expect(200);
    for method in ["GET", "PUT", "DELETE"] {
        assert!(methods(&one).contains(&method.to_owned()), "{one:?}");
    }
}

/// Where POST is allowed `Accept-Post` names the media types.
#[test]
fn req_create_replace_delete_options_accept_post() {
    let Some(service) = service_of(EDIT) else {
        return;
    };
    let items = service.send("OPTIONS", ITEMS, &[], None).expect(200);
    assert!(
        items
            .header_values("accept-post")
            .contains("application/geo+json")
    );
}

/// Writing needs a key, and a key that may: 401 without, 401 with a wrong one.
#[test]
fn req_create_replace_delete_methods() {
    let Some(service) = service_of(EDIT) else {
        return;
    };
    let body = feature("no key", 1).to_string();
    let one = format!("{ITEMS}/edited:berlin");
    let before = get(service, &one);
    for (method, path) in [("POST", ITEMS), ("PUT", one.as_str()), ("DELETE", &one)] {
        let content = (method != "DELETE").then_some(body.as_bytes());
        service
            .send(method, path, &[GEOJSON], content)
            .expect_problem(401);
        service
            .send(
                method,
                path,
                &[GEOJSON, ("authorization", "Bearer wrong")],
                content,
            )
            .expect_problem(401);
    }
    assert_eq!(get(service, &one), before);
}

/// POST creates a feature: 201, and it is there at once, in the list too.
#[test]
fn req_create_replace_delete_post_op() {
    let Some(service) = service_of(EDIT) else {
        return;
    };
    let path = create(service, "post-op");
    let created = get(service, &path);
    let listed = service.json(&format!("{ITEMS}?limit=1000&name=post-op"));
    assert_eq!(listed["numberMatched"], 1, "{listed}");
    assert_eq!(listed["features"][0]["id"], created["id"]);
}

/// The body is the feature; one that is none, or breaks the schema, changes nothing.
#[test]
fn req_create_replace_delete_post_body() {
    let Some(service) = service_of(EDIT) else {
        return;
    };
    for body in [
        "",
        "{",
        "null",
        "[]",
        "{}",
        r#"{"type":"Point","coordinates":[0,0]}"#,
        r#"{"type":"Feature","geometry":{"type":"Point","coordinates":[0]},"properties":{"name":"bad-body"}}"#,
        r#"{"type":"Feature","geometry":{"type":"Point","coordinates":[0,95]},"properties":{"name":"bad-body"}}"#,
        r#"{"type":"Feature","geometry":{"type":"Pointless","coordinates":[0,0]},"properties":{"name":"bad-body"}}"#,
        r#"{"type":"Feature","geometry":null,"properties":{"name":"bad-body","count":"many"}}"#,
        r#"{"type":"Feature","geometry":null,"properties":{"name":"bad-body","flag":"perhaps"}}"#,
        r#"{"type":"Feature","geometry":null,"properties":{"name":"bad-body","day":"2024-02-30"}}"#,
    ] {
        let reply = service.edit("POST", ITEMS, &[GEOJSON], Some(body));
        assert!(
            (400..500).contains(&reply.status),
            "{body}: {}",
            reply.status
        );
        assert_eq!(reply.media_type(), "application/problem+json", "{body}");
    }
    let left = service.json(&format!("{ITEMS}?name=bad-body"));
    assert_eq!(left["numberMatched"], 0, "{left}");
}

/// Without a media type a body is 400; of a media type that is not taken, 415.
#[test]
fn req_create_replace_delete_post_content_type() {
    let Some(service) = service_of(EDIT) else {
        return;
    };
    let body = feature("untyped", 1).to_string();
    service
        .edit("POST", ITEMS, &[], Some(&body))
        .expect_problem(400);
    service
        .edit("POST", ITEMS, &[("content-type", "text/csv")], Some(&body))
        .expect_problem(415);
    let left = service.json(&format!("{ITEMS}?name=untyped"));
    assert_eq!(left["numberMatched"], 0);
}

/// 201 comes with the address of the new feature, which then is what was sent.
#[test]
fn req_create_replace_delete_post_response() {
    let Some(service) = service_of(EDIT) else {
        return;
    };
    let sent = feature("post-response", 5);
    let reply = service
        .edit("POST", ITEMS, &[GEOJSON], Some(&sent.to_string()))
        .expect(201);
    let address = reply.header("location").expect("a Location");
    assert!(
        address.starts_with("http://"),
        "an absolute address: {address}"
    );
    let created = get(service, &location(service, &reply));
    assert_eq!(created["geometry"], sent["geometry"]);
    for (name, value) in sent["properties"].as_object().expect("properties") {
        assert_eq!(&created["properties"][name], value, "{name}");
    }
}

/// The address ends with the id of the feature; no existing feature is overwritten by an id in the
/// body.
#[test]
fn req_create_replace_delete_post_response_rid() {
    let Some(service) = service_of(EDIT) else {
        return;
    };
    let path = create(service, "post-rid");
    let created = get(service, &path);
    assert_eq!(
        path.replace("%3A", ":"),
        format!("{ITEMS}/{}", id(&created))
    );

    let taken = format!("{ITEMS}/edited:edge");
    let before = get(service, &taken);
    let mut clash = feature("post-clash", 1);
    clash["id"] = before["id"].clone();
    let reply = service.edit("POST", ITEMS, &[GEOJSON], Some(&clash.to_string()));
    if reply.status == 201 {
        let new = get(service, &location(service, &reply));
        assert_ne!(new["id"], before["id"]);
    } else {
        assert!(
            (400..500).contains(&reply.status),
            "{}: {}",
            reply.status,
            reply.text()
        );
    }
    assert_eq!(get(service, &taken), before);
}

/// PUT replaces a feature as a whole: what the body does not have is gone.
#[test]
fn req_create_replace_delete_put_op() {
    let Some(service) = service_of(EDIT) else {
        return;
    };
    let path = create(service, "put-op");
    let sent = json!({
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [10.5, 20.25]},
        "properties": {"name": "put-op-replaced", "ratio": 0.5},
    });
    service
        .edit("PUT", &path, &[GEOJSON], Some(&sent.to_string()))
        .expect_one_of(&SUCCESS);
    let replaced = get(service, &path);
    assert_eq!(replaced["geometry"], sent["geometry"]);
    assert_eq!(replaced["properties"]["name"], "put-op-replaced");
    assert_eq!(replaced["properties"]["ratio"], 0.5);
    for gone in ["count", "flag", "day"] {
        assert!(replaced["properties"][gone].is_null(), "{gone}: {replaced}");
    }
}

/// A body of PUT that is no feature changes nothing.
#[test]
fn req_create_replace_delete_put_body() {
    let Some(service) = service_of(EDIT) else {
        return;
    };
    let path = create(service, "put-body");
    let before = get(service, &path);
    for body in [
        "",
        "{",
        "[]",
        r#"{"type":"FeatureCollection","features":[]}"#,
    ] {
        let reply = service.edit("PUT", &path, &[GEOJSON], Some(body));
        assert!(
            (400..500).contains(&reply.status),
            "{body}: {}",
            reply.status
        );
    }
    assert_eq!(get(service, &path), before);
}

/// PUT without a media type is 400.
#[test]
fn req_create_replace_delete_put_content_type() {
    let Some(service) = service_of(EDIT) else {
        return;
    };
    let path = create(service, "put-type");
    let before = get(service, &path);
    let body = feature("put-type-changed", 2).to_string();
    service
        .edit("PUT", &path, &[], Some(&body))
        .expect_problem(400);
    assert_eq!(get(service, &path), before);
}

/// An id in the body of PUT does not move the feature: ignored or refused.
#[test]
fn req_create_replace_delete_put_rid() {
    let Some(service) = service_of(EDIT) else {
        return;
    };
    let path = create(service, "put-rid");
    let before = get(service, &path);
    let mut sent = feature("put-rid-changed", 2);
    sent["id"] = json!("edited:somewhere-else");
    let reply = service.edit("PUT", &path, &[GEOJSON], Some(&sent.to_string()));
    if (400..500).contains(&reply.status) {
        assert_eq!(get(service, &path), before);
    } else {
        reply.expect_one_of(&SUCCESS);
        assert_eq!(get(service, &path)["id"], before["id"]);
    }
    service
        .get(&format!("{ITEMS}/edited:somewhere-else"))
        .expect(404);
}

/// PUT to an id that does not exist is 404, unless the collection says that clients may choose ids.
#[test]
fn req_create_replace_delete_put_rid_exception() {
    let Some(service) = service_of(EDIT) else {
        return;
    };
    let collection = service.json(&format!("/collections/{EDITED}"));
    let creates = collection["supportsNonAutogeneratedResourceIds"] == true;
    let body = feature("put-new", 1).to_string();
    let first = format!("{ITEMS}/edited:put-new-1");
    let second = format!("{ITEMS}/edited:put-new-2");
    let reply = service.edit("PUT", &first, &[GEOJSON], Some(&body));
    if creates {
        reply.expect(201);
        assert_eq!(get(service, &first)["properties"]["name"], "put-new");
    } else {
        reply.expect_problem(404);
    }
    service
        .edit(
            "PUT",
            &second,
            &[GEOJSON, ("if-match", "\"xyz\"")],
            Some(&body),
        )
        .expect(if creates { 412 } else { 404 });
    service.get(&second).expect(404);
}

/// DELETE removes a feature.
#[test]
fn req_create_replace_delete_delete_op() {
    let Some(service) = service_of(EDIT) else {
        return;
    };
    let path = create(service, "delete-op");
    service
        .edit("DELETE", &path, &[], None)
        .expect_one_of(&SUCCESS);
    service.get(&path).expect_problem(404);
}

/// A deleted feature is in no list; deleting it again, or what never was, is 404.
#[test]
fn req_create_replace_delete_delete_response() {
    let Some(service) = service_of(EDIT) else {
        return;
    };
    let path = create(service, "delete-response");
    service
        .edit("DELETE", &path, &[], None)
        .expect_one_of(&SUCCESS);
    let listed = service.json(&format!("{ITEMS}?name=delete-response"));
    assert_eq!(listed["numberMatched"], 0);
    for missing in [path, format!("{ITEMS}/edited:never-was")] {
        service
            .edit("DELETE", &missing, &[], None)
            .expect_problem(404);
    }
    assert!(matched(service) > 0);
}
