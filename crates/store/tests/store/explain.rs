//! What Postgres does for the very statements that the store sends.
//!
//! `sqlx` prepares each statement on its connection, and `pg_prepared_statements` tells them: so a test calls the
//! store's function, finds the statements that this prepared, and has them explained while they run again, with the
//! role and the actor of the transaction. No SQL is copied into a test.

use serde_json::Value;
use sqlx::AssertSqlSafe;
use store::Tx;

/// Enough executions for Postgres to have decided whether it plans this statement once for all parameters.
const EXECUTIONS: usize = 7;

/// How a statement was executed.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    sql: String,
    root: Value,
}

impl Plan {
    /// The plan's nodes, the root first.
    pub(crate) fn nodes(&self) -> Vec<&Value> {
        fn collect<'a>(node: &'a Value, into: &mut Vec<&'a Value>) {
            into.push(node);
            for child in node["Plans"].as_array().into_iter().flatten() {
                collect(child, into);
            }
        }
        let mut nodes = vec![];
        collect(&self.root, &mut nodes);
        nodes
    }

    /// How many pages of 8 KB it looked at, wherever they were.
    pub(crate) fn pages(&self) -> u64 {
        number(&self.root, "Shared Hit Blocks") + number(&self.root, "Shared Read Blocks")
    }

    /// Milliseconds.
    pub(crate) fn time(&self) -> f64 {
        self.root["Actual Total Time"].as_f64().unwrap_or(f64::NAN)
    }

    /// The most rows that one of its nodes gave, or read in vain.
    pub(crate) fn rows(&self) -> u64 {
        let of_node = |node: &&Value| {
            let loops = number(node, "Actual Loops");
            let one = [
                "Actual Rows",
                "Rows Removed by Filter",
                "Rows Removed by Index Recheck",
                "Rows Removed by Join Filter",
            ]
            .map(|name| number(node, name));
            one.into_iter().max().unwrap_or(0) * loops
        };
        self.nodes().iter().map(of_node).max().unwrap_or(0)
    }

    /// The tables that it read from one end to the other.
    pub(crate) fn read_whole(&self) -> Vec<String> {
        let scans = self
            .nodes()
            .into_iter()
            .filter(|node| node["Node Type"] == "Seq Scan");
        scans
            .map(|node| node["Relation Name"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// The indexes that it used.
    pub(crate) fn indexes(&self) -> Vec<String> {
        let nodes = self.nodes().into_iter();
        nodes
            .filter_map(|node| node["Index Name"].as_str().map(str::to_owned))
            .collect()
    }

    /// The plan for a person who wonders.
    pub(crate) fn text(&self) -> String {
        format!("{}\n{:#}", self.sql, self.root)
    }
}

fn number(node: &Value, name: &str) -> u64 {
    // Rows became fractions in later versions of Postgres.
    node[name].as_f64().unwrap_or(0.0).ceil() as u64
}

/// Explains the statements that `call` sends, in that order, each with its parameters as SQL writes them. What they
/// change is undone.
pub(crate) async fn explain(
    tx: &mut Tx,
    call: impl AsyncFnOnce(&mut Tx),
    parameters: Vec<Vec<String>>,
) -> Vec<Plan> {
    tx.clear_cached_statements().await.unwrap();
    tx.savepoint().await.unwrap();
    call(tx).await;
    tx.rollback_to_savepoint().await.unwrap();
    let statements: Vec<(String, String)> =
        sqlx::query_as("SELECT name, statement FROM pg_prepared_statements ORDER BY prepare_time")
            .persistent(false)
            .fetch_all(&mut **tx)
            .await
            .unwrap();
    assert_eq!(statements.len(), parameters.len(), "{statements:#?}");
    let mut plans = vec![];
    for ((name, sql), parameters) in statements.into_iter().zip(parameters) {
        let explain = format!(
            "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE {name} ({})",
            parameters.join(", ")
        );
        let mut last = Value::Null;
        for _ in 0..EXECUTIONS {
            tx.savepoint().await.unwrap();
            last = sqlx::query_scalar(AssertSqlSafe(explain.clone()))
                .persistent(false)
                .fetch_one(&mut **tx)
                .await
                .unwrap();
            tx.rollback_to_savepoint().await.unwrap();
        }
        let root = last[0]["Plan"].take();
        plans.push(Plan { sql, root });
    }
    plans
}

/// Explains one statement of a text, with its values written out.
pub(crate) async fn explain_text(tx: &mut Tx, sql: &str) -> Plan {
    let explain = format!("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}");
    let mut found: Value = sqlx::query_scalar(AssertSqlSafe(explain))
        .persistent(false)
        .fetch_one(&mut **tx)
        .await
        .unwrap();
    Plan {
        sql: sql.to_owned(),
        root: found[0]["Plan"].take(),
    }
}
