//! The gate as those see it who come.

use super::{Duration, Gate, Instant, PATIENCE, Report, Shut};

#[tokio::test]
async fn whoever_finds_no_seat_is_told_soon_and_the_next_gets_one() {
    let gate = Gate::new(2);
    let seats = [gate.enter().await.unwrap(), gate.enter().await.unwrap()];
    let began = Instant::now();
    assert_eq!(gate.enter().await.err(), Some(Shut::Full));
    assert!(began.elapsed() < PATIENCE * 4, "{:?}", began.elapsed());
    drop(seats);
    assert!(gate.enter().await.is_ok());
}

#[tokio::test]
async fn a_seat_that_is_given_up_in_time_is_waited_for() {
    let gate = Gate::new(1);
    let seat = gate.enter().await.unwrap();
    let (next, ()) = tokio::join!(gate.enter(), async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        drop(seat);
    });
    assert!(next.is_ok());
}

#[tokio::test]
async fn a_provider_that_asked_to_be_left_alone_is_left_alone_that_long() {
    let gate = Gate::new(1);
    let wait = Duration::from_millis(300);
    let began = Instant::now();
    gate.leave_alone(wait);
    // A shorter wait that is told later does not shorten it.
    gate.leave_alone(Duration::ZERO);
    assert_eq!(gate.enter().await.err(), Some(Shut::Limited));
    while gate.enter().await.is_err() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(began.elapsed() >= wait);
}

#[tokio::test]
async fn a_provider_that_is_down_keeps_no_seats() {
    let gate = Gate::new(5);
    for _ in 0..5 {
        gate.enter().await.unwrap().report(Report::Failed);
    }
    assert_eq!(gate.enter().await.err(), Some(Shut::Down));
    assert_eq!(gate.seats.available_permits(), 5);
}
