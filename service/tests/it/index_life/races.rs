//! Two who bring a folder up to date at the same time.

use backends::{Change, Delta, DeltaKind, Token};
use directpush::ids::AccountId;
use directpush::index::Applied;

use super::{House, state};

/// Both queue for the one connection that writes, so that the first leaves its commit to the second.
#[tokio::test]
async fn who_loses_a_race_reads_what_won_it() {
    let house = House::new().await;
    let (account, inbox, index) = (house.account, house.inbox, &house.index);
    let from = index.read_from(account, inbox).await.unwrap().unwrap();
    let delta = |name: &str| Delta {
        kind: DeltaKind::Changes(vec![Change::Present(state(name, "1", 50))]),
        token: Token::new(name),
    };
    let (one, other) = (delta("one"), delta("other"));
    let held = index.store().write(AccountId(1)).await.unwrap();
    let winner = index.apply(account, inbox, &from, &one);
    let loser = async {
        let applied = index.apply(account, inbox, &from, &other).await.unwrap();
        assert_eq!(applied, Applied::LostRace);
        let again = index.read_from(account, inbox).await.unwrap().unwrap();
        again.token
    };
    let release = async { drop(held) };
    let (won, seen, ()) = tokio::join!(winner, loser, release);
    assert!(matches!(won.unwrap(), Applied::Wrote { changed: true, .. }));
    assert_eq!(
        seen,
        Some(Token::new("one")),
        "the folder as it was is read again"
    );
}
