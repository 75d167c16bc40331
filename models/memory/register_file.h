#pragma once

#include <tlm.h>
#include <tlm_utils/simple_target_socket.h>

#include <systemc>

namespace sparsim {

/// The accelerator's registers as the host sees them. Only their access is modelled: what they hold is
/// its owner's.
class RegisterFile : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<RegisterFile> socket{"socket"};

  explicit RegisterFile(const sc_core::sc_module_name& name) : sc_module(name) {
    socket.register_b_transport(this, &RegisterFile::b_transport);
  }

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time&) {
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }
};

}  // namespace sparsim
