//! What is told is all that happened, whatever is heard.

mod scene;

use proptest::prelude::*;

use self::scene::{NAMES, Op, Scene, Telling, folder, op, survey};
use super::Range;

proptest! {
    #[test]
    fn nothing_is_lost(
        telling in prop::sample::select(vec![
            Telling::Nothing, Telling::Inbox, Telling::Hints, Telling::Standings,
        ]),
        ops in prop::collection::vec(op(), 0..120),
    ) {
        let mut scene = Scene::new(telling, true);
        for op in ops {
            scene.run(op);
        }
        scene.settle();
        // A folder that was read of and was there at no look is found missing by whoever opens it.
        scene.known.retain(|name, _| scene.seen.contains(name));
        prop_assert_eq!(&scene.known, &scene.world);
    }

    #[test]
    fn marks_without_a_trace_are_found_where_somebody_waits(
        ops in prop::collection::vec(op(), 0..120),
        focus in prop::collection::vec(0..NAMES.len(), 0..4),
    ) {
        let mut scene = Scene::new(Telling::Nothing, false);
        for op in ops {
            scene.run(op);
        }
        scene.run(Op::Focus(focus.clone()));
        scene.settle();
        for name in focus.into_iter().map(folder) {
            if let Some(held) = scene.world.get(&name) {
                prop_assert_eq!(scene.known.get(&name), Some(held));
            }
        }
    }
}

#[test]
fn what_was_not_heard_is_suspicious() {
    let mut scene = Scene::new(Telling::Inbox, true);
    let look = |scene: &mut Scene| {
        scene.now = scene.core.agenda.next().unwrap();
        while !scene.looking {
            scene.step();
        }
        scene.looking = false;
        let (survey, eared) = (survey(&scene.world, true), scene.eared.clone());
        scene.core.looked(&survey, Range::Only(&eared), scene.now)
    };
    scene.run(Op::Deliver(0));
    scene.run(Op::Deliver(1));
    scene.run(Op::Hear);
    assert_eq!(
        look(&mut scene),
        [],
        "it was heard, and A is not listened to"
    );
    scene.run(Op::Deliver(0));
    scene.run(Op::Lose);
    assert_eq!(look(&mut scene), [folder(0)]);
}
