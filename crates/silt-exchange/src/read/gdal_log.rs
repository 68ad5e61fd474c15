//! Messages of GDAL, kept for our errors instead of going to the terminal.

use std::cell::RefCell;
use std::sync::Once;

use gdal::errors::CplErrType;

/// Messages kept per thread; a broken file can produce one per row.
const MAX_MESSAGES: usize = 10;

thread_local! {
    // GDAL calls its handler on the thread that met the problem.
    static FAILURES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Makes GDAL hand its messages to us, for the whole process, once.
pub(crate) fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        gdal::config::set_error_handler(|kind, _number, message| {
            if !matches!(kind, CplErrType::Failure | CplErrType::Fatal) {
                return;
            }
            FAILURES.with_borrow_mut(|failures| {
                if failures.len() < MAX_MESSAGES {
                    failures.push(message.to_owned());
                }
            });
        });
    });
}

/// The failures on this thread since the last call.
pub(crate) fn take_failures() -> Vec<String> {
    FAILURES.take()
}
