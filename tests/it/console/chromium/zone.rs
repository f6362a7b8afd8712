//! Times are said where the browser is: the server learns the zone from the page's script.

use serde_json::json;

use super::Chromium;
use crate::console::browser::Site;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn times_are_said_where_the_browser_is() {
    let site = Site::open(2).await;
    let (home, link) = (site.address(), site.link("ada").await);
    tokio::task::block_in_place(|| {
        let mut tab = Chromium::start(1280, 800);
        let zone = json!({ "timezoneId": "Asia/Tokyo" });
        tab.call("Emulation.setTimezoneOverride", zone);
        tab.open(&link);
        tab.open(&format!("{home}/runs"));
        let foot = tab.text("footer");
        assert!(foot.contains("Time zone: Asia/Tokyo"), "{foot}");
        assert_eq!(tab.said, Vec::<String>::new(), "no page complains");
    });
    site.close().await;
}
