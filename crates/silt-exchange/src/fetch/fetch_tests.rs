use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread::JoinHandle;

use sha2::{Digest, Sha256};

use super::*;

fn recipe() -> Recipe {
    let text = r#"
id = "test-register"
title = "Test register"
publisher = "Nobody"
licence = "CC0-1.0"
citation = "Nobody (2026)"
collection = "tailings_facilities"
redistributable = true
notes = "Ask the publisher for it."
"#;
    Recipe::parse(text, "test.toml").expect("valid")
}

fn sha256(content: &[u8]) -> String {
    Sha256::digest(content)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn wanted(name: &str, content: &[u8]) -> RecipeFile {
    RecipeFile {
        edition: "2024".to_owned(),
        url: None,
        mirror: Some(format!("folder/{name}")),
        sha256: Some(sha256(content)),
        url_sha256: None,
    }
}

/// A server that gives one answer and then goes.
fn serve(answer: Vec<u8>) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a request");
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).expect("a request");
        stream.write_all(&answer).expect("sent");
    });
    (
        format!("http://{address}/data/my%20register.csv?raw=1"),
        server,
    )
}

fn ok(content: &[u8]) -> Vec<u8> {
    let mut answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        content.len()
    )
    .into_bytes();
    answer.extend_from_slice(content);
    answer
}

struct Place {
    folder: tempfile::TempDir,
    options: FetchOptions,
}

fn place() -> Place {
    let folder = tempfile::tempdir().expect("a folder");
    let mirror = folder.path().join("mirror");
    fs::create_dir_all(mirror.join("folder")).expect("made");
    let options = FetchOptions {
        cache_dir: folder.path().join("cache"),
        mirror: Some(mirror),
        network: true,
    };
    Place { folder, options }
}

impl Place {
    fn put_in_mirror(&self, name: &str, content: &[u8]) {
        fs::write(self.folder.path().join("mirror/folder").join(name), content).expect("written");
    }

    fn files_in_cache(&self) -> usize {
        fn count(folder: &Path) -> usize {
            let Ok(entries) = fs::read_dir(folder) else {
                return 0;
            };
            let paths = entries.flatten().map(|entry| entry.path());
            paths
                .map(|path| if path.is_dir() { count(&path) } else { 1 })
                .sum()
        }
        count(&self.options.cache_dir)
    }

    fn fetch(&self, file: &RecipeFile) -> Result<PathBuf, FetchError> {
        fetch(&recipe(), file, &self.options, &mut |_, _| {})
    }
}

#[test]
fn the_mirror_is_used_where_it_has_the_file() {
    let place = place();
    place.put_in_mirror("a.csv", b"id\n1\n");
    let path = place.fetch(&wanted("a.csv", b"id\n1\n")).expect("found");
    assert_eq!(fs::read(path).expect("readable"), b"id\n1\n");
}

#[test]
fn another_file_in_the_mirror_is_refused_with_both_checksums() {
    let place = place();
    place.put_in_mirror("a.csv", b"id\n2\n");
    let error = place
        .fetch(&wanted("a.csv", b"id\n1\n"))
        .expect_err("another file")
        .to_string();
    assert!(
        error.contains(&sha256(b"id\n1\n")) && error.contains(&sha256(b"id\n2\n")),
        "{error}"
    );
    assert!(error.contains("folder/a.csv"), "{error}");
}

#[test]
fn a_page_of_html_under_another_name_is_refused() {
    let place = place();
    let page = b"\xef\xbb\xbf\n<!DOCTYPE html>\n<html><body>Error</body></html>";
    for name in ["a.xlsx", "a.csv", "a.geojson", "a.zip"] {
        place.put_in_mirror(name, page);
        // Even where the recipe was written for it by mistake.
        let error = place
            .fetch(&wanted(name, page))
            .expect_err(name)
            .to_string();
        assert!(
            error.contains("HTML page") && error.contains(name),
            "{error}"
        );
    }
}

#[test]
fn a_truncated_archive_is_refused() {
    let mut zipped = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    zipped.start_file("a.csv", options).expect("started");
    zipped.write_all(&vec![b'x'; 100_000]).expect("written");
    let whole = zipped.finish().expect("finished").into_inner();
    let place = place();
    place.put_in_mirror("a.zip", &whole);
    assert!(place.fetch(&wanted("a.zip", &whole)).is_ok());
    let half = &whole[..whole.len() / 2];
    place.put_in_mirror("a.zip", half);
    let error = place
        .fetch(&wanted("a.zip", half))
        .expect_err("truncated")
        .to_string();
    assert!(
        error.contains("no whole zip archive") && error.contains("fetch it again"),
        "{error}"
    );
    place.put_in_mirror("a.xlsx", &whole);
    let error = place
        .fetch(&wanted("a.xlsx", &whole))
        .expect_err("no workbook")
        .to_string();
    assert!(error.contains("without a workbook"), "{error}");
}

#[test]
fn empty_files_folders_and_other_formats_are_refused() {
    let place = place();
    place.put_in_mirror("a.csv", b"");
    assert!(
        place
            .fetch(&wanted("a.csv", b""))
            .expect_err("empty")
            .to_string()
            .contains("empty")
    );
    place.put_in_mirror("a.geojson", b"id\n1\n");
    let error = place
        .fetch(&wanted("a.geojson", b"id\n1\n"))
        .expect_err("CSV")
        .to_string();
    assert!(error.contains("does not start as JSON"), "{error}");
    place.put_in_mirror("a.csv.gz", b"id\n1\n");
    let error = place
        .fetch(&wanted("a.csv.gz", b"id\n1\n"))
        .expect_err("CSV")
        .to_string();
    assert!(error.contains("gzip"), "{error}");
    fs::create_dir(place.folder.path().join("mirror/folder/b.csv")).expect("made");
    assert!(place.fetch(&wanted("b.csv", b"")).is_err());
}

#[test]
fn a_download_enters_the_cache_and_is_not_fetched_twice() {
    let place = place();
    let content = b"id\n1\n2\n";
    let (url, server) = serve(ok(content));
    let file = RecipeFile {
        url: Some(url),
        mirror: None,
        ..wanted("x", content)
    };
    let mut seen = Vec::new();
    let path = fetch(&recipe(), &file, &place.options, &mut |done, total| {
        seen.push((done, total))
    })
    .expect("fetched");
    server.join().expect("served");
    assert!(
        path.ends_with("cache/test-register/2024/my register.csv"),
        "{path:?}"
    );
    assert_eq!(fs::read(&path).expect("readable"), content);
    assert_eq!(
        seen.last(),
        Some(&(content.len() as u64, Some(content.len() as u64)))
    );
    // The server is gone: this must come from the cache.
    assert_eq!(place.fetch(&file).expect("cached"), path);
    assert_eq!(place.files_in_cache(), 1);
    // A damaged file in the cache is fetched again, and not used.
    fs::write(&path, b"damaged").expect("written");
    assert!(
        place
            .fetch(&file)
            .expect_err("server is gone")
            .network_is_unreachable()
    );
}

#[test]
fn a_download_in_another_packing_has_its_own_checksum() {
    let place = place();
    let content = b"id\n1\n2\n";
    let (url, server) = serve(ok(content));
    let file = RecipeFile {
        url: Some(url),
        mirror: None,
        url_sha256: Some(sha256(content)),
        ..wanted("x", b"packed")
    };
    assert!(place.fetch(&file).is_ok());
    server.join().expect("served");
}

#[test]
fn failed_downloads_leave_nothing() {
    let content = b"id\n1\n2\n";
    let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nConnection: close\r\n\r\nid\n".to_vec();
    let not_found =
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec();
    let cases = [
        (cut, "broke off"),
        (not_found, "404"),
        (ok(b"id\n3\n"), "SHA-256"),
        (ok(b"<html>Sorry</html>"), "HTML page"),
        (ok(b""), "empty"),
    ];
    for (answer, reason) in cases {
        let place = place();
        let (url, server) = serve(answer);
        let file = RecipeFile {
            url: Some(url),
            mirror: None,
            ..wanted("x", content)
        };
        let error = place.fetch(&file).expect_err(reason);
        server.join().expect("served");
        assert!(error.to_string().contains(reason), "{error}");
        assert!(!error.network_is_unreachable(), "{error}");
        assert_eq!(place.files_in_cache(), 0, "{reason}");
    }
}

#[test]
fn without_network_or_address_the_next_step_is_said() {
    let mut place = place();
    let file = wanted("a.csv", b"x");
    let error = place.fetch(&file).expect_err("nowhere").to_string();
    assert!(
        error.contains("folder/a.csv") && error.contains("Ask the publisher"),
        "{error}"
    );
    place.options.network = false;
    let file = RecipeFile {
        url: Some("http://127.0.0.1:1/a.csv".to_owned()),
        ..file
    };
    let error = place.fetch(&file).expect_err("offline").to_string();
    assert!(error.contains("SILT_MIRROR"), "{error}");
    place.options.network = true;
    assert!(
        place
            .fetch(&file)
            .expect_err("nobody listens")
            .network_is_unreachable()
    );
}

#[test]
fn a_cache_that_cannot_be_made_is_named() {
    let place = place();
    fs::write(place.folder.path().join("cache"), b"in the way").expect("written");
    let file = RecipeFile {
        url: Some("http://127.0.0.1:1/a.csv".to_owned()),
        mirror: None,
        ..wanted("x", b"x")
    };
    let error = place.fetch(&file).expect_err("no folder").to_string();
    assert!(error.contains("cache"), "{error}");
}
