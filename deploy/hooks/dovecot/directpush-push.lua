-- Tells directpush what has changed in a mailbox. For Dovecot's push_notification_lua plug-in (2.3).
--
-- One transaction of Dovecot is one POST. The gateway may be slow, hang or be away: mail waits at
-- most one second for it and is never refused. What could not be told is lost here; the gateway
-- looks for itself when it is back.
--
-- Settings, in `plugin { }`:
--   directpush_hook_url     where to post to, http://127.0.0.1:8081/hooks/dovecot
--   directpush_hook_token   what to authenticate with; `</path/to/file` reads a file

local json_of = { ['"'] = '\\"', ['\\'] = '\\\\', ['\n'] = '\\n', ['\r'] = '\\r', ['\t'] = '\\t' }

-- So many messages of a folder are named in a transaction; of the rest is said that there are more.
local NAMED_MAX = 256

local client

function script_init()
  client = dovecot.http.client({
    request_timeout_msecs = 500,
    request_absolute_timeout_msecs = 1000,
    soft_connect_timeout_msecs = 200,
    max_attempts = 1,
  })
  return 0
end

local function quoted(text)
  local plain = tostring(text):gsub('[%c"\\]', function(letter)
    return json_of[letter] or string.format("\\u%04x", letter:byte())
  end)
  return '"' .. plain .. '"'
end

local function trimmed(text)
  return text and text:match("^%s*(.-)%s*$") or ""
end

function dovecot_lua_notify_begin_txn(user)
  return {
    user = user.username,
    url = trimmed(user:plugin_getenv("directpush_hook_url")),
    token = trimmed(user:plugin_getenv("directpush_hook_token")),
    named = {},
    events = {},
  }
end

-- Fields of an event, as pairs of key and JSON text. Lua 5.4 would write numbers as `1.0`.
local function add(ctx, ...)
  local fields = { ... }
  local parts = {}
  for at = 1, #fields, 2 do
    if fields[at + 1] then
      parts[#parts + 1] = quoted(fields[at]) .. ":" .. fields[at + 1]
    end
  end
  ctx.events[#ctx.events + 1] = "{" .. table.concat(parts, ",") .. "}"
end

local function number(value)
  return value and string.format("%d", value)
end

local function message(name)
  return function(ctx, event)
    local folder = event.mailbox
    local named = (ctx.named[folder] or 0) + 1
    ctx.named[folder] = named
    if named > NAMED_MAX + 1 then
      return
    end
    local more = named > NAMED_MAX
    add(ctx,
      "event", quoted(more and "messagesChanged" or name),
      "folder", quoted(folder),
      "uid", not more and number(event.uid),
      "uidvalidity", number(event.uid_validity))
  end
end

-- Dovecot announces both of every change of flags, also the one that did not happen.
local function marks(name)
  local tell = message(name)
  return function(ctx, event)
    if #event.flags > 0 or #event.keywords > 0 then
      tell(ctx, event)
    end
  end
end

local function folder(name)
  return function(ctx, event)
    add(ctx,
      "event", quoted(name),
      "folder", quoted(event.mailbox),
      "oldFolder", event.mailbox_old and quoted(event.mailbox_old),
      "uidvalidity", number(event.uid_validity))
  end
end

dovecot_lua_notify_event_message_new = message("messageNew")
dovecot_lua_notify_event_message_append = message("messageAppend")
dovecot_lua_notify_event_message_expunge = message("messageExpunge")
dovecot_lua_notify_event_flags_set = marks("flagsSet")
dovecot_lua_notify_event_flags_clear = marks("flagsClear")
dovecot_lua_notify_event_mailbox_create = folder("mailboxCreate")
dovecot_lua_notify_event_mailbox_delete = folder("mailboxDelete")
dovecot_lua_notify_event_mailbox_rename = folder("mailboxRename")
dovecot_lua_notify_event_mailbox_subscribe = folder("mailboxSubscribe")
dovecot_lua_notify_event_mailbox_unsubscribe = folder("mailboxUnsubscribe")

function dovecot_lua_notify_end_txn(ctx, success)
  if success == false or #ctx.events == 0 or ctx.url == "" then
    return
  end
  local request = client:request({ url = ctx.url, method = "POST" })
  request:add_header("Authorization", "Bearer " .. ctx.token)
  request:add_header("Content-Type", "application/json")
  -- A connection that was kept could be closed by the other side while it is used: with one attempt
  -- the event would be lost.
  request:add_header("Connection", "close")
  request:set_payload('{"user":' .. quoted(ctx.user) .. ',"events":[' .. table.concat(ctx.events, ",") .. "]}")
  local response = request:submit()
  local status = response:status()
  if status < 200 or status > 299 then
    dovecot.i_warning("directpush: " .. string.format("%d", status) .. " " .. tostring(response:reason()))
  end
end
