-- Does in Neovim what a person would: opens a `.env`, reads the squiggle and the hover, replaces the file, sees both change.
-- Writes what was seen as JSON to $AZMLFLOW_SEEN; the test judges it.
local seen = {}

local function wait_for(what, condition)
  if not vim.wait(20000, condition, 20) then
    error('waited in vain for ' .. what)
  end
end

local function is_about_certificates(diagnostic)
  return diagnostic.message:find('AZURE_CLIENT_CERTIFICATE_PATH', 1, true) ~= nil
    or diagnostic.message:find('certificate', 1, true) ~= nil
end

local function findings(buffer)
  return vim.tbl_filter(is_about_certificates, vim.diagnostic.get(buffer))
end

local function drive()
  vim.cmd('edit ' .. vim.fn.fnameescape(vim.env.AZMLFLOW_FILE))
  local buffer = vim.api.nvim_get_current_buf()
  wait_for('a finding', function()
    return #findings(buffer) > 0
  end)
  local finding = findings(buffer)[1]
  seen.message = finding.message
  local place = {
    textDocument = vim.lsp.util.make_text_document_params(buffer),
    position = { line = finding.lnum, character = finding.col },
  }
  local answers = vim.lsp.buf_request_sync(buffer, 'textDocument/hover', place, 20000)
  for _, answer in pairs(answers or {}) do
    seen.hover = answer.result and answer.result.contents.value or seen.hover
  end
  vim.loop.fs_rename(vim.env.AZMLFLOW_VALID, vim.fn.fnamemodify(vim.env.AZMLFLOW_FILE, ':h') .. '/client.pem')
  wait_for('the finding to go', function()
    return #findings(buffer) == 0
  end)
  seen.left = #findings(buffer)
end

local worked, fault = xpcall(drive, debug.traceback)
seen.fault = not worked and fault or nil
vim.fn.writefile({ vim.fn.json_encode(seen) }, vim.env.AZMLFLOW_SEEN)
vim.cmd('qall!')
