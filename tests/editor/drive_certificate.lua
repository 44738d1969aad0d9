-- Does in Neovim what a person would: opens a `.env`, reads the squiggle and the hover, replaces the file, sees both change.
local steps = require('steps')
local seen = {}

local function is_about_certificates(diagnostic)
  return diagnostic.message:find('AZURE_CLIENT_CERTIFICATE_PATH', 1, true) ~= nil
    or diagnostic.message:find('certificate', 1, true) ~= nil
end

local function findings(buffer)
  return vim.tbl_filter(is_about_certificates, vim.diagnostic.get(buffer))
end

steps.write(seen, function()
  local buffer = steps.open()
  steps.wait_for('a finding', function()
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
  steps.wait_for('the finding to go', function()
    return #findings(buffer) == 0
  end)
  seen.left = #findings(buffer)
end)
