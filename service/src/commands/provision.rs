//! Provision: asks nothing of the device (MS-ASPROV).
//!
//! No command here needs a policy key. A device that provisions all the same is told that there is no policy for
//! it, which every client takes as done; half a policy makes some refuse the account.

use protocol::command::StatusCode;
use protocol::command::provision::{
    POLICY_TYPE_WBXML, PolicyAnswer, PolicyRequest, ProvisionRequest, ProvisionResponse,
};
use protocol::status::{PolicyStatus, ProvisionStatus};

use crate::commands::context::Context;
use crate::commands::settings;
use crate::error::Fault;
use crate::http::answer::Answer;

pub(super) async fn serve(context: &mut Context<'_>) -> Result<Answer, Fault> {
    let request = context.body::<ProvisionRequest>()?;
    let device_information = match &request.device_information {
        Some(information) => {
            settings::remember(context, information).await?;
            Some(StatusCode::SUCCESS)
        }
        None => None,
    };
    let answer = match &request.policy {
        Some(PolicyRequest {
            policy_type: None, ..
        }) => failed(ProvisionStatus::ProtocolError),
        policy => ProvisionResponse {
            device_information,
            status: StatusCode::new(ProvisionStatus::Success.code()),
            policy: policy.as_ref().map(judge),
            wipe: None,
        },
    };
    Ok(finish(context, &answer))
}

fn finish(context: &mut Context<'_>, answer: &ProvisionResponse) -> Answer {
    context.facts.eas_status = Some(answer.status.code());
    context.answer(answer)
}

fn failed(status: ProvisionStatus) -> ProvisionResponse {
    ProvisionResponse {
        device_information: None,
        status: StatusCode::new(status.code()),
        policy: None,
        wipe: None,
    }
}

fn judge(policy: &PolicyRequest) -> PolicyAnswer {
    let policy_type = policy.policy_type.clone().unwrap_or_default();
    let status = if policy_type != POLICY_TYPE_WBXML {
        PolicyStatus::UnknownPolicyType
    } else if policy.policy_key.is_some() {
        // It acknowledges a policy that was never given.
        PolicyStatus::WrongPolicyKey
    } else {
        PolicyStatus::NoPolicy
    };
    PolicyAnswer {
        policy_type,
        status: StatusCode::new(status.code()),
        policy_key: None,
        document: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_policy_request_has_its_status() {
        for (policy_type, policy_key, status) in [
            (POLICY_TYPE_WBXML, None, 2),
            (POLICY_TYPE_WBXML, Some(7), 5),
            ("MS-WAP-Provisioning-XML", None, 3),
        ] {
            let request = PolicyRequest {
                policy_type: Some(policy_type.to_owned()),
                policy_key,
                status: None,
            };
            assert_eq!(judge(&request).status.code(), status, "{policy_type}");
        }
    }
}
