-- A session of Neovim as a user has it: open a file, look at the diagnostic, apply the fix. It says what it sees.
-- Environment: ARCHLINT_CONFIGURATION (what the user has in init.lua) and ARCHLINT_FILE (to be opened).
local function say(...)
  io.stdout:write(table.concat({ ... }, " ") .. "\n")
end

local function wait(what, holds)
  if not vim.wait(30000, holds, 50) then
    say("timeout:", what)
    vim.cmd("cquit!")
  end
end

vim.cmd("filetype on")
vim.cmd("luafile " .. vim.env.ARCHLINT_CONFIGURATION)
vim.cmd("edit " .. vim.env.ARCHLINT_FILE)

wait("a diagnostic", function() return #vim.diagnostic.get(0) == 1 end)
local found = vim.diagnostic.get(0)[1]
say("diagnostic:", found.lnum + 1 .. ":" .. found.col + 1 .. "-" .. found.end_col, found.source, found.code)
say("message:", (found.message:gsub("\n.*", "")))
vim.api.nvim_win_set_cursor(0, { found.lnum + 1, found.col })

local client = (vim.lsp.get_clients or vim.lsp.get_active_clients)()[1]
say("client:", client.name, client.offset_encoding)
local function ask(method, params)
  return vim.lsp.buf_request_sync(0, method, params, 30000)[client.id].result
end

local position = vim.lsp.util.make_position_params(0, client.offset_encoding)
say("hover:", ask("textDocument/hover", position).contents.value:match("\n(# [^\n]*)"))

local range = vim.lsp.util.make_range_params(0, client.offset_encoding)
range.context = { diagnostics = {} }
local titles = {}
for _, action in ipairs(ask("textDocument/codeAction", range)) do
  table.insert(titles, action.title)
end
say("actions:", table.concat(titles, "; "))

-- What a user does: the menu of code actions, and the first one in it.
vim.ui.select = function(items, _, choose) choose(items[1], 1) end
vim.lsp.buf.code_action()
wait("the fix", function() return vim.api.nvim_buf_get_lines(0, 0, 1, true)[1] == "import asyncio" end)
for _, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, true)) do
  say("buffer:", line)
end
wait("no diagnostic", function() return #vim.diagnostic.get(0) == 0 end)
say("no diagnostic")

vim.lsp.stop_client(client.id)
wait("the end", function() return vim.lsp.client_is_stopped(client.id) end)
vim.cmd("qall!")
