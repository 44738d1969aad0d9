-- Does in Neovim what a person would: opens a script, gives the commands of the snippet, reads their pages and the status line.
-- $AZMLFLOW_COMMANDS names the commands as the protocol does.
local steps = require('steps')
local seen = { pages = {}, lines = {}, said = {} }

local function page(name)
  local buffer = vim.fn.bufnr('azmlflow://' .. name)
  local is_shown = buffer ~= -1 and vim.fn.bufwinid(buffer) ~= -1
  return is_shown and table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\n') or nil
end

local function keep_each_status_line()
  local handler = vim.lsp.handlers['azmlflow/status']
  vim.lsp.handlers['azmlflow/status'] = function(...)
    handler(...)
    table.insert(seen.lines, steps.status_line())
  end
end

steps.write(seen, function()
  steps.listen(seen.said)
  keep_each_status_line()
  steps.open_with_server()
  local window = vim.api.nvim_get_current_win()
  steps.wait_for('the workspace in the status line', function()
    return steps.status_line():find('azmlflow: ', 1, true)
  end)
  for _, command in ipairs(vim.split(vim.env.AZMLFLOW_COMMANDS, ' ')) do
    local name = command:gsub('^%l', string.upper)
    vim.cmd('Azmlflow' .. name)
    steps.wait_for('the page of ' .. name, function()
      return page(name)
    end)
    seen.pages[command] = page(name)
  end
  seen.stayed = vim.api.nvim_get_current_win() == window
end)
