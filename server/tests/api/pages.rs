//! The pages, as far as the server has a part in them.

use sqlx::PgPool;

use crate::support::TestApp;

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_unknown_page_is_a_page_with_status_404(pool: PgPool) {
    let app = TestApp::new(pool).await;
    for path in ["/nowhere", "/dashboard/nowhere/at/all"] {
        let answer = app.get(path).header("accept", "text/html").send().await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(
            answer.header("content-type").unwrap().starts_with("text/html"),
            "{path}"
        );
        assert!(answer.text().contains("<html"), "{path}");
    }
}
