use super::*;
#[test]
fn dump() {
    let dir = std::path::PathBuf::from("/tmp/wtest/dump");
    let _ = fs::create_dir_all(&dir);
    for format in ExportFormat::ALL {
        export(
            &dir.join(format!("sample.{}", format.name())),
            format,
            &sample::schema(),
            &sample::features(),
        )
        .expect("x");
        let n = 300_000i64;
        let t = std::time::Instant::now();
        write_many(
            &dir.join(format!("many.{}", format.name())),
            format,
            &sample::schema(),
            n,
        );
        eprintln!(
            "{format:?} {n} in {:?}, maxrss so far {}",
            t.elapsed(),
            fs::read_to_string("/proc/self/status")
                .unwrap()
                .lines()
                .find(|l| l.starts_with("VmHWM"))
                .unwrap()
        );
    }
}
