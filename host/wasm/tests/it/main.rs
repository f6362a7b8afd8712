//! The sandbox from outside: hostile guests, hostile files, the cache, the registry, and the
//! plugins that travel inside the binary.
//!
//! The hostile ones by their numbers (what a plugin may try, and what must come of it). Each test
//! asserts the code, a bound of time and of memory where there is one to hold, and that the next
//! row, the next plugin and the host go on.
//!
//! | number | a plugin that ... | test |
//! |---|---|---|
//! | H01 | loops without end in `apply` | `hostile_time::an_endless_loop_costs_at_most_20_deadlines`, `a_single_endless_row_costs_at_most_12_deadlines`, `a_batch_of_endless_rows_stops_at_40_deadlines_and_three_quarantine` |
//! | H02, H03 | loops at instantiation, in `describe`, `open`, `inputs`, its allocator | `hostile_time::endless_loops_at_load_cost_one_deadline` |
//! | H04 | needs nearly its deadline each time | `hostile_time::a_guest_that_needs_nearly_its_deadline_is_served_until_its_time_in_the_run_is_over` |
//! | H05, H06 | grows memory or tables | `hostile_memory::memory_and_table_bombs_are_stopped`, `a_memory_bomb_costs_the_process_its_limit_and_gives_it_back` |
//! | H07 | recurses | `hostile_memory::deep_recursion_is_stopped` |
//! | H08 | points outside of its memory | `hostile_answers::wild_pointers_and_lengths_are_refused` |
//! | H09, H10 | answers one long text, or nothing, very often | `hostile_memory::a_list_that_repeats_one_long_text_is_too_large`, `ten_million_tiny_items_are_too_large`, `answers_that_are_too_large_cost_the_process_their_limit_at_most`, `a_provider_that_repeats_one_long_text_is_too_large` |
//! | H11 | writes texts that are none, flags that are none | `hostile_answers::columns_that_break_the_contract_are_refused`, `texts_that_are_no_utf16_are_refused`, `a_misaligned_text_between_two_parts_of_a_plugin_is_a_trap`, `an_export_of_another_type_is_refused_before_it_is_called` |
//! | H12, H13 | lies as an allocator, calls back from it | `hostile_traps::an_allocator_that_lies_costs_the_guest_and_nobody_else`, `an_allocator_that_calls_back_is_a_trap` |
//! | H14 | traps | `hostile_traps::unreachable_is_a_trap_with_its_place`, `division_by_zero_and_wild_reads_are_traps` |
//! | H15 | panics with megabytes | `hostile_traps::the_last_error_line_is_in_the_report_and_cut` |
//! | H16 | floods the log | `hostile_traps::a_million_log_lines_are_cut_escaped_and_counted`, `a_long_log_line_is_cut_on_a_character` |
//! | H17 | is of another contract | `hostile_files::another_major_version_is_refused_by_number` |
//! | H18 | lacks exports | `hostile_files::missing_exports_are_listed` |
//! | H19 to H23 | imports what it cannot have | `hostile_files::imports_but_the_log_are_refused_by_name`, `unknown_functions_of_the_log_are_refused_by_name` |
//! | H24 | is no component | `hostile_files::other_formats_are_named`, `a_component_cut_anywhere_is_refused`, `compiled_code_from_outside_is_refused` |
//! | H25 | explodes in the compiler | `hostile_bombs::code_bombs_are_counted_before_they_go_off`, `type_bombs_are_refused`, `a_bomb_that_is_refused_costs_the_process_next_to_nothing` |
//! | H26 | makes instances of instances | `hostile_bombs::ten_thousand_instances_and_deep_nesting_are_refused`, `instances_of_instances_are_multiplied_before_they_are_made` |
//! | H27 | remembers the previous person | `hostile_state::a_guest_that_remembers_the_previous_person_is_quarantined`, `a_guest_that_looks_at_its_neighbours_is_not_per_row` |
//! | H28 | answers twice differently | `hostile_state::a_guest_with_state_is_nondeterministic`, `nans_have_the_same_bits_whatever_they_come_of` |
//! | H29 | answers for somebody else | `hostile_answers::columns_that_break_the_contract_are_refused`; it never learns for whom: `a_plugin_is_given_its_own_column_and_no_other` in the tests of the host |
//! | H30 | answers markup, scripts, controls | `hostile_answers::markup_scripts_formulas_and_controls_are_text_like_any_other` |
//! | H31 to H33 | forges requests, pages without end, fishes for secrets | `hostile_providers` in the tests of the host |
//! | H37 | brings a schema that is none | `hostile_manifests::schemas_that_are_no_forms_are_refused`, `a_pattern_that_backtracks_elsewhere_is_linear_here` |
//! | H38 | takes another's name | `hostile_manifests::manifests_that_break_a_rule_are_refused`, `a_file_whose_name_is_no_id_is_shown_harmlessly_and_not_used`, `a_look_alike_of_an_official_plugin_is_named` |
//! | H39 | uses what is switched off | `hostile_files::features_that_are_off_are_invalid` |
//! | H40 | answers at its deadline | `hostile_time::an_answer_near_the_deadline_is_whole_or_a_timeout_and_never_half`, `a_guest_that_does_not_end_after_its_answer_has_given_none` |

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod builds;
mod bundled;
mod cache;
mod checks;
mod full_names;
mod fuzz;
mod guest;
mod health;
mod hostile_answers;
mod hostile_bombs;
mod hostile_files;
mod hostile_manifests;
mod hostile_memory;
mod hostile_state;
mod hostile_time;
mod hostile_traps;
mod lines;
mod pictures;
mod providers;
mod registry;
mod rows;
mod signatures;
mod signer;
mod swap;
