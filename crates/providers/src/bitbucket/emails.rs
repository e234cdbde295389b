//! The pages of an account's addresses.

use latchkey_domain::{
    profile::ListedEmail,
    provider::{Error, Grant},
};
use url::Url;

use super::{Bitbucket, api};

/// Ten addresses each: more than people have.
const MAX_PAGES: usize = 5;

impl Bitbucket {
    /// Lists the pages' addresses until the one is found that is primary and confirmed.
    pub(super) async fn list_emails(&self, grant: &Grant) -> Result<Vec<ListedEmail>, Error> {
        let mut listed = Vec::new();
        let first = self.settings.api(&["user", "emails"]);
        let mut read = Vec::with_capacity(MAX_PAGES);
        let mut url = first.clone();
        loop {
            let page: api::Emails = self.read(&url, grant, "email").await?;
            for email in &page.values {
                listed.extend(email.listed());
                if email.is_usable() {
                    return Ok(listed);
                }
            }
            let Some(next) = page.next else { return Ok(listed) };
            read.push(url);
            url = following(&first, &next)?;
            if read.len() == MAX_PAGES || read.contains(&url) {
                return Err(Error::Malformed("pages without end"));
            }
        }
    }
}

/// A link to another page. The token goes nowhere else, and a list that is cut short proves nothing.
fn following(first: &Url, next: &str) -> Result<Url, Error> {
    const ELSEWHERE: Error = Error::Malformed("a page link that leads elsewhere");
    let next = Url::parse(next).map_err(|_| ELSEWHERE)?;
    let same = next.origin() == first.origin()
        && next.path() == first.path()
        && next.username().is_empty()
        && next.password().is_none();
    if same { Ok(next) } else { Err(ELSEWHERE) }
}

#[cfg(test)]
mod tests {
    use super::following;

    #[test]
    fn a_page_link_leads_to_the_same_list() {
        let first = "https://api.bitbucket.org/2.0/user/emails".parse().unwrap();
        let follow = |next: &str| following(&first, next).is_ok();
        assert!(follow("https://api.bitbucket.org/2.0/user/emails?page=2"));
        assert!(follow("https://api.bitbucket.org:443/2.0/user/emails?page=2"));
        for elsewhere in [
            "/2.0/user/emails?page=2",
            "http://api.bitbucket.org/2.0/user/emails?page=2",
            "https://api.bitbucket.org:8443/2.0/user/emails?page=2",
            "https://api.bitbucket.org.attacker.example/2.0/user/emails",
            "https://api.bitbucket.org@attacker.example/2.0/user/emails",
            "https://token@api.bitbucket.org/2.0/user/emails",
            "https://api.bitbucket.org/2.0/snippets",
            "file:///2.0/user/emails",
            "",
        ] {
            assert!(!follow(elsewhere), "{elsewhere}");
        }
    }
}
