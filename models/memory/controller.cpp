#include "models/memory/controller.h"

namespace sparsim {

tlm::tlm_extension_base* MemoryDatesExtension::clone() const { return new MemoryDatesExtension(*this); }
void MemoryDatesExtension::copy_from(const tlm::tlm_extension_base& other) {
  *this = static_cast<const MemoryDatesExtension&>(other);
}

MemoryController::MemoryController(const sc_core::sc_module_name& name, std::int64_t capacity_bytes)
    : sc_module(name), capacity_bytes_(static_cast<std::uint64_t>(capacity_bytes)) {
  socket.register_b_transport(this, &MemoryController::b_transport);
}

void MemoryController::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const std::uint64_t address = payload.get_address();
  const std::uint64_t bytes = payload.get_data_length();
  if (address >= capacity_bytes_ || bytes > capacity_bytes_ - address) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  if (bytes == 0 || payload.get_command() == tlm::TLM_IGNORE_COMMAND) {
    payload.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
    return;
  }
  const MemoryDates dates = access(payload.is_write(), address, static_cast<std::int64_t>(bytes),
                                   cycle_from(sc_core::sc_time_stamp() + delay));
  if (auto* extension = payload.get_extension<MemoryDatesExtension>()) extension->dates = dates;
  delay = delay_until(dates.last);
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

}  // namespace sparsim
