//! Finding the parts of a large message: by looking at what is between them, or else by having all of it pass.

use backends::{BackendError, WHOLE};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::{Begun, Spot, broken};
use crate::convert::email::{
    Keep, Lengths, Locator, Outline, PASSES_MAX, Passed, Unlocatable, Verdicts,
};

/// How many bytes of a large message are looked at at a time.
const PIECE: usize = 64 << 10;

/// How many bytes are asked for behind what was passed over: the end of a part, and the beginning of the next one.
const STRETCH: u64 = 32 << 10;

/// The most that is asked for at once where nothing can be passed over.
const STRETCH_MAX: u64 = 4 << 20;

/// Finds the parts of a message. `None`: it has to be held for that.
///
/// # Errors
/// The backend's.
pub(in crate::commands) async fn outline(
    spot: Spot<'_>,
    begun: &Begun,
    keep: Keep,
) -> Result<Option<Outline>, BackendError> {
    let lengths = match begun.is_whole() {
        true => Lengths::new(),
        false => lengths(spot).await?,
    };
    if !lengths.is_empty()
        && let Ok(Passed::Found(outline)) = by_lengths(spot, begun, keep, &lengths).await?
    {
        return Ok(Some(outline));
    }
    let mut known = Verdicts::default();
    for _ in 0..PASSES_MAX {
        match pass(spot, begun, Locator::new(keep, known)).await? {
            Ok(Passed::Found(outline)) => return Ok(Some(outline)),
            Ok(Passed::Again(learnt)) => known = learnt,
            Err(_unlocatable) => return Ok(None),
        }
    }
    Ok(None)
}

async fn lengths(spot: Spot<'_>) -> Result<Lengths, BackendError> {
    let extents = spot.extents().await?.into_iter();
    Ok(extents.map(|extent| (extent.path, extent.size)).collect())
}

/// Looks at the ends of long parts only. Whatever is not as the store said is an error; then all has to pass.
async fn by_lengths(
    spot: Spot<'_>,
    begun: &Begun,
    keep: Keep,
    lengths: &Lengths,
) -> Result<Result<Passed, Unlocatable>, BackendError> {
    let mut locator = Locator::new(keep, Verdicts::default());
    if let Err(error) = locator.feed(&begun.head) {
        return Ok(Err(error));
    }
    let (mut at, mut stretch) = (begun.head.len() as u64, STRETCH);
    loop {
        match locator.skip(lengths) {
            Some(next) => (at, stretch) = (next, STRETCH),
            // The more has to be looked at, the more is asked for at once.
            None => stretch = (stretch * 2).min(STRETCH_MAX),
        }
        let mut stream = spot.open(at..at.saturating_add(stretch)).await?;
        let read = match feed(&mut stream.reader, &mut locator).await? {
            Ok(read) => read,
            Err(error) => return Ok(Err(error)),
        };
        at += read;
        if read < stretch {
            break;
        }
    }
    // It may be shorter than was said, and then nothing was found where it was looked for.
    Ok(match at == begun.state.size {
        true => locator.finish(),
        false => Err(Unlocatable::Misled),
    })
}

/// Has all of a message pass.
async fn pass(
    spot: Spot<'_>,
    begun: &Begun,
    mut locator: Locator,
) -> Result<Result<Passed, Unlocatable>, BackendError> {
    if let Err(error) = locator.feed(&begun.head) {
        return Ok(Err(error));
    }
    if !begun.is_whole() {
        let mut rest = spot.open(begun.head.len() as u64..WHOLE.end).await?;
        if let Err(error) = feed(&mut rest.reader, &mut locator).await? {
            return Ok(Err(error));
        }
    }
    Ok(locator.finish())
}

/// Feeds all that comes; says how much that was. What is behind an error is not read.
async fn feed(
    reader: &mut (impl AsyncRead + Unpin),
    locator: &mut Locator,
) -> Result<Result<u64, Unlocatable>, BackendError> {
    let mut piece = vec![0; PIECE];
    let mut read = 0;
    loop {
        let count = reader.read(&mut piece).await.map_err(broken)?;
        if count == 0 {
            return Ok(Ok(read));
        }
        if let Err(error) = locator.feed(piece.get(..count).unwrap_or_default()) {
            return Ok(Err(error));
        }
        read += count as u64;
    }
}
