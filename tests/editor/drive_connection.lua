-- Does in Neovim what a person would: opens a script, has its connection tested, and sees what the status bar would show.
-- Writes what was seen as JSON to $AZMLFLOW_SEEN; the test judges it.
local seen = { states = {}, outcomes = 0 }

vim.lsp.handlers['azmlflow/status'] = function(_, status)
  table.insert(seen.states, status.state)
  seen.status = status
end

vim.lsp.handlers['azmlflow/outcome'] = function()
  seen.outcomes = seen.outcomes + 1
end

local function drive()
  vim.cmd('edit ' .. vim.fn.fnameescape(vim.env.AZMLFLOW_FILE))
  local buffer = vim.api.nvim_get_current_buf()
  local clients = vim.lsp.get_clients or vim.lsp.get_active_clients
  if not vim.wait(20000, function()
    local client = clients({ bufnr = buffer })[1]
    return client and client.initialized
  end, 20) then
    error('waited in vain for the server')
  end
  local command = {
    command = 'azmlflow.testConnection',
    arguments = { vim.uri_from_bufnr(buffer), { only = { 'workspace', 'experiments' } } },
  }
  local answers = vim.lsp.buf_request_sync(buffer, 'workspace/executeCommand', command, 50000)
  for _, answer in pairs(answers or {}) do
    seen.error = answer.error
    seen.text = answer.result and answer.result.text
    seen.summary = answer.result and answer.result.summary
  end
end

local worked, fault = xpcall(drive, debug.traceback)
seen.fault = not worked and fault or nil
vim.fn.writefile({ vim.fn.json_encode(seen) }, vim.env.AZMLFLOW_SEEN)
vim.cmd('qall!')
