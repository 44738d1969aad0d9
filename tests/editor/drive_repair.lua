-- Does in Neovim what a person would: opens the script, reads the squiggle and the rule, takes the first repair, sees the squiggle go.
local steps = require('steps')
local seen = {}

local function code_of(diagnostic)
  local lsp = (diagnostic.user_data or {}).lsp or {}
  return diagnostic.code or lsp.code
end

local function findings(buffer)
  return vim.tbl_map(function(diagnostic)
    local first, last = { diagnostic.lnum, diagnostic.col }, { diagnostic.end_lnum, diagnostic.end_col }
    return {
      code = code_of(diagnostic),
      message = diagnostic.message,
      text = vim.api.nvim_buf_get_text(buffer, first[1], first[2], last[1], last[2], {})[1],
    }
  end, vim.diagnostic.get(buffer))
end

-- The text of the window that `vim.lsp.buf.hover` opens.
local function hover(buffer)
  vim.lsp.buf.hover()
  local window
  steps.wait_for('the hover', function()
    window = vim.tbl_filter(function(id)
      return vim.api.nvim_win_get_config(id).relative ~= ''
    end, vim.api.nvim_list_wins())[1]
    return window
  end)
  local text = table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false), '\n')
  vim.api.nvim_win_close(window, true)
  return text
end

steps.write(seen, function()
  vim.ui.select = function(items, options, choose)
    seen.menu = vim.tbl_map(options.format_item, items)
    choose(items[1], 1)
  end
  local buffer = steps.open()
  steps.wait_for('a finding', function()
    return #vim.diagnostic.get(buffer) > 0
  end)
  seen.before = findings(buffer)
  local finding = vim.diagnostic.get(buffer)[1]
  vim.api.nvim_win_set_cursor(0, { finding.lnum + 1, finding.col })
  seen.hover = hover(buffer)
  vim.lsp.buf.code_action()
  steps.wait_for('the repair', function()
    return vim.bo[buffer].modified
  end)
  steps.wait_for('the finding to go', function()
    return #vim.diagnostic.get(buffer) == 0
  end)
  seen.after = findings(buffer)
  vim.cmd('silent write')
end)
