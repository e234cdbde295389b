//! What is found at a name.

use latchkey_dns::{Config, Resolver};
use latchkey_domain::dns::Resolver as _;
use latchkey_test_dns::TestDns;

use crate::{NAME, texts};

#[tokio::test]
async fn a_record_is_found() {
    let dns = TestDns::start().await;
    dns.set_texts(NAME, &["latchkey=one"]);
    assert_eq!(texts(&dns, NAME).await, ["latchkey=one"]);
}

#[tokio::test]
async fn every_record_of_a_name_is_found() {
    let dns = TestDns::start().await;
    dns.set_texts(NAME, &["latchkey=one", "", "v=spf1 -all"]);
    assert_eq!(texts(&dns, NAME).await, ["latchkey=one", "", "v=spf1 -all"]);
}

#[tokio::test]
async fn the_strings_of_a_long_record_are_put_together() {
    let dns = TestDns::start().await;
    let long = "0123456789".repeat(60);
    dns.set_texts(NAME, &[&long]);
    assert_eq!(texts(&dns, NAME).await, [long]);
}

#[tokio::test]
async fn a_name_that_is_not_there_has_no_texts() {
    let dns = TestDns::start().await;
    assert_eq!(texts(&dns, NAME).await, [""; 0]);
    assert_eq!(dns.asked(NAME), 1);
}

#[tokio::test]
async fn a_name_without_texts_has_none() {
    let dns = TestDns::start().await;
    dns.set_textless(NAME);
    assert_eq!(texts(&dns, NAME).await, [""; 0]);
    assert_eq!(dns.asked(NAME), 1);
}

#[tokio::test]
async fn what_cannot_be_a_name_has_no_texts_and_nobody_is_asked() {
    let dns = TestDns::start().await;
    for name in ["_latchkey..acme.test", &format!("{}.test", "a".repeat(64)), &"a.".repeat(200)] {
        assert_eq!(texts(&dns, name).await, [""; 0], "{name}");
    }
    assert_eq!(dns.asked_in_all(), 0);
}

#[tokio::test]
async fn only_the_name_itself_is_asked_for() {
    let dns = TestDns::start().await;
    for name in ["acme", "_latchkey.acme.test", "_latchkey.acme.test."] {
        let before = dns.asked_in_all();
        assert_eq!(texts(&dns, name).await, [""; 0], "{name}");
        assert_eq!(dns.asked_in_all(), before + 1, "{name}");
    }
    assert_eq!((dns.asked("acme"), dns.asked(NAME)), (1, 2));
}

#[tokio::test]
async fn an_alias_is_followed() {
    let dns = TestDns::start().await;
    dns.set_alias(NAME, "acme.delegated.test");
    assert_eq!(texts(&dns, NAME).await, [""; 0]);
    dns.set_texts("acme.delegated.test", &["latchkey=one"]);
    assert_eq!(texts(&dns, NAME).await, ["latchkey=one"]);
    dns.set_alias("acme.delegated.test", "acme.again.test");
    dns.set_texts("acme.again.test", &["latchkey=two"]);
    assert_eq!(texts(&dns, NAME).await, ["latchkey=two"]);
}

#[tokio::test]
async fn aliases_that_lead_in_a_circle_have_no_texts() {
    let dns = TestDns::start().await;
    dns.set_alias(NAME, "acme.delegated.test");
    dns.set_alias("acme.delegated.test", NAME);
    assert_eq!(texts(&dns, NAME).await, [""; 0]);
}

#[tokio::test]
async fn an_answer_that_has_no_room_in_a_packet_comes_by_tcp() {
    let dns = TestDns::start().await;
    let long = ["0123456789".repeat(100), "abcdefghij".repeat(100)];
    dns.set_texts(NAME, &long);
    assert_eq!(texts(&dns, NAME).await, long);
    assert_eq!((dns.asked(NAME), dns.asked_by_tcp(NAME)), (2, 1));
}

#[tokio::test]
async fn a_record_that_has_just_changed_is_seen() {
    let dns = TestDns::start().await;
    let resolver = Resolver::new(&Config { servers: vec![dns.address()] });
    assert_eq!(resolver.texts(NAME).await.unwrap(), [""; 0]);
    dns.set_texts(NAME, &["latchkey=one"]);
    assert_eq!(resolver.texts(NAME).await.unwrap(), ["latchkey=one"]);
    dns.set_texts(NAME, &["latchkey=two"]);
    assert_eq!(resolver.texts(NAME).await.unwrap(), ["latchkey=two"]);
    dns.remove(NAME);
    assert_eq!(resolver.texts(NAME).await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn a_text_that_is_not_utf_8_is_left_out() {
    let dns = TestDns::start().await;
    dns.set_texts(NAME, &[&b"latchkey=\xff"[..], b"latchkey=one"]);
    assert_eq!(texts(&dns, NAME).await, ["latchkey=one"]);
}

#[tokio::test]
async fn a_hundred_records_are_read_and_no_more() {
    let dns = TestDns::start().await;
    let many = (0..150).map(|number| format!("latchkey={number}")).collect::<Vec<_>>();
    dns.set_texts(NAME, &many);
    assert_eq!(texts(&dns, NAME).await, many[..100]);
}

#[tokio::test]
async fn sixteen_kilobytes_are_read_and_no_more() {
    let dns = TestDns::start().await;
    let (long, short) = ("0123456789".repeat(1500), "latchkey=one".to_owned());
    dns.set_texts(NAME, &[&long, &long, &short]);
    assert_eq!(texts(&dns, NAME).await, [long, short]);
}
