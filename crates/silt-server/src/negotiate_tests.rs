use super::*;

const ITEMS: [Format; 5] = [
    Format::GeoJson,
    Format::Html,
    Format::Csv,
    Format::FlatGeobuf,
    Format::Parquet,
];

fn with_accept(accept: &str) -> Option<Format> {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, accept.parse().expect("a header"));
    choose(&headers, None, &ITEMS).ok()
}

#[test]
fn machines_get_json_and_browsers_a_page() {
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";
    assert_eq!(with_accept(browser), Some(Format::Html));
    assert_eq!(with_accept("*/*"), Some(Format::GeoJson));
    assert_eq!(with_accept("application/json"), Some(Format::GeoJson));
    assert_eq!(
        with_accept("application/geo+json, application/json"),
        Some(Format::GeoJson)
    );
    assert_eq!(with_accept("text/*"), Some(Format::Html));
    assert_eq!(
        with_accept("text/csv;q=1.0, text/html;q=0.2"),
        Some(Format::Csv)
    );
    assert_eq!(with_accept("image/png"), None);
    assert_eq!(
        with_accept("application/geo+json;q=0, */*"),
        Some(Format::Html)
    );
    assert_eq!(
        choose(&HeaderMap::new(), None, &ITEMS).ok(),
        Some(Format::GeoJson)
    );
}

#[test]
fn f_wins_over_accept_and_must_be_known() {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, "text/html".parse().expect("a header"));
    assert_eq!(
        choose(&headers, Some("FGB"), &ITEMS).ok(),
        Some(Format::FlatGeobuf)
    );
    assert_eq!(
        choose(&headers, Some("json"), &ITEMS).ok(),
        Some(Format::GeoJson)
    );
    assert!(choose(&headers, Some("pdf"), &ITEMS).is_err());
    assert!(choose(&headers, Some(""), &ITEMS).is_err());
}

#[test]
fn the_version_of_openapi_is_chosen_by_accept() {
    let offered = [Format::OpenApi30, Format::OpenApi31, Format::Html];
    let mut headers = HeaderMap::new();
    let accept = "application/vnd.oai.openapi+json; version=3.1";
    headers.insert(header::ACCEPT, accept.parse().expect("a header"));
    assert_eq!(
        choose(&headers, None, &offered).ok(),
        Some(Format::OpenApi31)
    );
    headers.insert(
        header::ACCEPT,
        "application/json".parse().expect("a header"),
    );
    assert_eq!(
        choose(&headers, None, &offered).ok(),
        Some(Format::OpenApi30)
    );
}
