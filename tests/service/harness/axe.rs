//! axe-core in the browser: what keeps people from using a page.

use serde_json::{Value, json};

use super::{Chromium, variable::variable};

/// WCAG 2.2, levels A and AA, and what else is good practice.
const TAGS: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/// Runs the rules, and tells which found something and where. A contrast that cannot be told is
/// something, too.
const RUN: &str = "
    const [tags, done] = arguments;
    const where = (rule) => rule.nodes.map((node) => `${rule.id}: ${node.target}: ${node.failureSummary}`);
    axe.run(document, { runOnly: { type: 'tag', values: tags } }).then(
        (found) => done({
            rules: found.passes.length,
            barriers: [
                ...found.violations,
                ...found.incomplete.filter((rule) => rule.id === 'color-contrast'),
            ].flatMap(where),
        }),
        (error) => done({ rules: 0, barriers: [String(error)] }),
    );";

impl Chromium {
    /// Takes axe-core along to every page from now on.
    pub(crate) async fn look_for_barriers(&self) {
        let path = variable("LATCHKEY_TEST_AXE");
        let source =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let parameters = json!({ "source": source });
        self.devtools("Page.addScriptToEvaluateOnNewDocument", parameters).await;
    }

    /// What keeps people from using the page that is shown; each a line of its own.
    pub(crate) async fn barriers(&self) -> Vec<String> {
        let found = self.client.execute_async(RUN, vec![json!(TAGS)]).await.unwrap();
        assert!(found["rules"].as_u64() > Some(10), "axe found nothing to look at: {found}");
        let line = |barrier: &Value| barrier.as_str().unwrap().to_owned();
        found["barriers"].as_array().unwrap().iter().map(line).collect()
    }
}
