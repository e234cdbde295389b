//! What a person types, pastes and reads in the fields of a page.

use fantoccini::{
    Locator,
    actions::{InputSource as _, KeyAction, KeyActions},
    elements::Element,
    key::Key,
};
use serde_json::{Value, json};

use super::Chromium;

impl Chromium {
    async fn field(&self, name: &str) -> Element {
        self.found(&format!("//input[@name='{name}']")).await
    }

    /// Types over what a field holds.
    pub(crate) async fn fill(&self, name: &str, text: &str) {
        let field = self.field(name).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// What a field holds.
    pub(crate) async fn held(&self, name: &str) -> String {
        self.field(name).await.prop("value").await.unwrap().unwrap_or_default()
    }

    /// Types where the focus is.
    pub(crate) async fn types(&self, text: &str) {
        let keys = text.chars().fold(KeyActions::new("keyboard".to_owned()), |keys, value| {
            keys.then(KeyAction::Down { value }).then(KeyAction::Up { value })
        });
        self.client.perform_actions(keys).await.unwrap();
    }

    /// Goes on with the tab key until the focus is on what says this.
    pub(crate) async fn tab_to(&self, text: &str) {
        const FOCUSED: &str = "document.activeElement === document.body ? '' : \
                               document.activeElement.innerText || document.activeElement.name";
        for _ in 0..12 {
            if self.value(FOCUSED).await.as_str().is_some_and(|focused| focused.contains(text)) {
                return;
            }
            self.press(Key::Tab).await;
        }
        panic!("the tab key does not lead to \"{text}\" on: {}", self.page().await);
    }

    /// Copies a text, from a mail say, and pastes it into a field.
    pub(crate) async fn paste(&self, name: &str, text: &str) {
        let permissions =
            json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
        self.devtools("Browser.grantPermissions", permissions).await;
        let copy = "const [text, done] = arguments; navigator.clipboard.writeText(text).then(() => \
                    done('copied'), (error) => done(String(error)));";
        let copied = self.client.execute_async(copy, vec![text.into()]).await.unwrap();
        assert_eq!(copied, json!("copied"));
        self.field(name).await.click().await.unwrap();
        let stroke = |kind: &str, commands: Value| json!({ "type": kind, "key": "v", "code": "KeyV", "modifiers": 2, "commands": commands });
        self.devtools("Input.dispatchKeyEvent", stroke("keyDown", json!(["paste"]))).await;
        self.devtools("Input.dispatchKeyEvent", stroke("keyUp", json!([]))).await;
    }

    /// Sends the form whose address ends so, and waits for what is said of it.
    pub(crate) async fn send_form(&self, deed: &str) {
        let form = format!("document.querySelector(\"form[action$='/{deed}']\").submit()");
        self.value(&form).await;
        self.found("//*[@role='alert' or @role='status']").await;
    }

    /// Sends the form that a field is in, as the return key does.
    pub(crate) async fn enter(&self) {
        self.press(Key::Enter).await;
    }

    /// Whether what is wrong with a field is what a screen reader reads beside it.
    pub(crate) async fn is_told_beside(&self, name: &str, wrong: &str) {
        let field = self.field(name).await;
        assert_eq!(field.attr("aria-invalid").await.unwrap().as_deref(), Some("true"));
        let ids = field.attr("aria-describedby").await.unwrap().unwrap();
        let mut texts = String::new();
        for id in ids.split(' ') {
            let found = self.client.find(Locator::Id(id)).await.unwrap();
            texts.push_str(&found.text().await.unwrap());
        }
        assert!(texts.contains(wrong), "{texts}");
    }
}
