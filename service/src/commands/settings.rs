//! Settings: every child is answered, what is not kept says so (MS-ASCMD 2.2.1.18).

use protocol::command::StatusCode;
use protocol::command::settings::{
    Account, DeviceInformation, EmailAddresses, Oof, OofState, SettingsAnswer, SettingsProperty,
    SettingsRequest, SettingsResponse, UserInformation,
};
use protocol::status::{CommonStatus, SettingsStatus};

use crate::commands::context::Context;
use crate::error::Fault;
use crate::http::answer::Answer;
use crate::store::DeviceChange;

pub(super) async fn serve(context: &mut Context<'_>) -> Result<Answer, Fault> {
    let request = context.body::<SettingsRequest>()?;
    if request.properties.is_empty() {
        return Err(Fault::Own(SettingsStatus::ProtocolError.into()));
    }
    let mut answers = Vec::with_capacity(request.properties.len());
    for property in &request.properties {
        answers.push(answer(context, property).await?);
    }
    context.facts.eas_status = Some(StatusCode::SUCCESS.code());
    Ok(context.answer(&SettingsResponse {
        status: StatusCode::SUCCESS,
        answers,
    }))
}

async fn answer(
    context: &Context<'_>,
    property: &SettingsProperty,
) -> Result<SettingsAnswer, Fault> {
    let answer = match property {
        SettingsProperty::GetOof { .. } => SettingsAnswer::Oof {
            status: StatusCode::SUCCESS,
            oof: Some(Oof {
                state: OofState::Off,
                messages: Vec::new(),
            }),
        },
        // Off is what it is. On would be a promise that nothing keeps.
        SettingsProperty::SetOof(oof) => SettingsAnswer::Oof {
            status: match oof.state {
                OofState::Off => StatusCode::SUCCESS,
                OofState::On | OofState::Timed(_) => {
                    StatusCode::new(SettingsStatus::ServerUnavailable.code())
                }
            },
            oof: None,
        },
        SettingsProperty::SetDevicePassword => SettingsAnswer::DevicePassword {
            status: StatusCode::new(SettingsStatus::DeniedByPolicy.code()),
        },
        SettingsProperty::SetDeviceInformation(information) => {
            remember(context, information).await?;
            SettingsAnswer::DeviceInformation {
                status: StatusCode::SUCCESS,
            }
        }
        SettingsProperty::GetUserInformation => SettingsAnswer::UserInformation {
            status: StatusCode::SUCCESS,
            information: Some(user(context)),
        },
        SettingsProperty::GetRightsManagementInformation => {
            SettingsAnswer::RightsManagementInformation {
                status: StatusCode::new(CommonStatus::IrmFeatureDisabled.code()),
            }
        }
    };
    Ok(answer)
}

/// The account's one address.
fn user(context: &Context<'_>) -> UserInformation {
    let identity = &context.request.identity;
    let named = identity.account.as_str();
    let address = identity
        .address
        .as_deref()
        .or_else(|| named.contains('@').then_some(named));
    let addresses = EmailAddresses {
        smtp: address.map(str::to_owned).into_iter().collect(),
        primary: address.map(str::to_owned),
    };
    UserInformation {
        accounts: vec![Account {
            addresses,
            ..Account::default()
        }],
    }
}

/// Keeps what a device says of itself, for the administrator to read. Writes nothing when it is known.
pub(super) async fn remember(
    context: &Context<'_>,
    information: &DeviceInformation,
) -> Result<(), Fault> {
    let said = serde_json::json!({
        "model": information.model,
        "friendly_name": information.friendly_name,
        "os": information.os,
        "os_language": information.os_language,
        "user_agent": information.user_agent,
        "mobile_operator": information.mobile_operator,
    })
    .to_string();
    if context.device.info.as_deref() != Some(&said) {
        let change = DeviceChange {
            info: Some(said),
            ..DeviceChange::default()
        };
        context
            .parts
            .index
            .store()
            .update_device(context.who, &change)
            .await?;
    }
    Ok(())
}
