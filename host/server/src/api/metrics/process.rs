//! The process and its disk, by the names that other programs use too.

use super::page::Page;
use crate::service::Service;
use crate::store::examine;
use crate::telemetry::process;

pub(super) fn add(page: &mut Page, service: &Service) {
    let (host, _) = service.pin();
    if let Ok(disk) = examine::disk(host.store.data_dir()) {
        let name = "attune_data_free_bytes";
        page.family(
            name,
            "gauge",
            "Bytes that may still be written below the data directory.",
        );
        page.line(name, &[], disk.free_bytes);
    }
    let Some(process) = process::read() else {
        return;
    };
    let name = "process_resident_memory_bytes";
    page.family(name, "gauge", "Resident memory size in bytes.");
    page.line(name, &[], process.resident_bytes);
    let name = "process_cpu_seconds_total";
    page.family(
        name,
        "counter",
        "Total user and system CPU time spent in seconds.",
    );
    page.line(name, &[], process.cpu_seconds);
    let name = "process_open_fds";
    page.family(name, "gauge", "Number of open file descriptors.");
    page.line(name, &[], process.open_files);
}
