-- Does in Neovim what a person would: has a connection tested that hangs, and cancels it once $AZMLFLOW_STARTED is there.
local steps = require('steps')
local seen = { said = {} }

steps.write(seen, function()
  steps.listen(seen.said)
  local handler = vim.lsp.handlers['azmlflow/status']
  local status = {}
  vim.lsp.handlers['azmlflow/status'] = function(fault, result, ...)
    status = result
    handler(fault, result, ...)
  end
  steps.open_with_server()
  vim.cmd('AzmlflowTestConnection')
  steps.wait_for('the test', function()
    return status.state == 'checking' and vim.fn.getfsize(vim.env.AZMLFLOW_STARTED) > 0
  end)
  vim.cmd('AzmlflowCancel')
  steps.wait_for('the end of the test', function()
    return status.state ~= 'checking'
  end)
  seen.state, seen.headline = status.state, status.headline
end)
