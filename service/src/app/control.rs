//! The control socket, as far as it can be had: phones are served without it.

use std::error::Error;

use tracing::{info, warn};

use crate::app::core::Core;
use crate::app::front::Front;
use crate::config::Config;
use crate::control::{Control, Parts, router};

/// Makes the socket. `None` when it is switched off or cannot be had, which the log tells: seeing into the service
/// must not keep it from serving.
pub(super) async fn start(config: &Config, core: &Core, front: &Front) -> Option<Control> {
    let path = config.listen.control.as_deref()?;
    let parts = Parts {
        survey: core.survey(),
        tracer: front.tracer(),
        resolve: front.resolver(),
    };
    match Control::start(path, router(parts)).await {
        Ok(control) => {
            info!(path = %control.path().display(), "control socket");
            Some(control)
        }
        Err(error) => {
            let cause = error.source().map(ToString::to_string);
            warn!(
                %error,
                cause,
                "no control socket: `directpush parked`, `devices` and `trace` will not work; set listen.control"
            );
            None
        }
    }
}
